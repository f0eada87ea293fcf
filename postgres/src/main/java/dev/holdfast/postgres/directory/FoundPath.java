package dev.holdfast.postgres.directory;

import org.jspecify.annotations.Nullable;

/**
 * A directory of the cluster.
 *
 * @param name its name in the manifest, for example {@code pg_data/base/5}
 * @param mode its permission bits
 * @param user its owner's name; null when the number belongs to no user
 * @param group its group's name; null when the number belongs to no group
 */
public record FoundPath(String name, int mode, @Nullable String user, @Nullable String group) {}

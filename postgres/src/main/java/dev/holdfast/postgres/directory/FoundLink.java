package dev.holdfast.postgres.directory;

import org.jspecify.annotations.Nullable;

/**
 * A symbolic link of the cluster.
 *
 * @param name its name in the manifest, for example {@code pg_data/pg_tblspc/16390}
 * @param destination where it leads, as it says itself, so perhaps relative to its directory
 * @param user its owner's name; null when the number belongs to no user
 * @param group its group's name; null when the number belongs to no group
 */
public record FoundLink(
    String name, String destination, @Nullable String user, @Nullable String group) {}

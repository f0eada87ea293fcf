package dev.holdfast.repository.manifest;

import org.jspecify.annotations.Nullable;

/**
 * A directory of a backup.
 *
 * @param name the manifest's name, for example {@code pg_data/base}
 * @param mode permission bits
 * @param user owner; null when the id had no name
 * @param group group; null when the id had no name
 */
public record ManifestPath(String name, int mode, @Nullable String user, @Nullable String group) {}

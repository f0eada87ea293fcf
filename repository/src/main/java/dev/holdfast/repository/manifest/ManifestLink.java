package dev.holdfast.repository.manifest;

import org.jspecify.annotations.Nullable;

/**
 * A symbolic link of a backup.
 *
 * @param name the manifest's name, for example {@code pg_data/pg_tblspc/16400}
 * @param destination what it points at, as it was found
 * @param user owner; null when the id had no name
 * @param group group; null when the id had no name
 */
public record ManifestLink(
    String name, String destination, @Nullable String user, @Nullable String group) {}

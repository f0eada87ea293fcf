package dev.holdfast.postgres.directory;

import org.jspecify.annotations.Nullable;

/**
 * A file of the cluster.
 *
 * @param name its name in the manifest, for example {@code pg_data/base/5/16384.1} or {@code
 *     pg_tblspc/16390/PG_15_202209061/5/16391}
 * @param size bytes
 * @param modified when it was last modified, seconds since 1970
 * @param mode its permission bits
 * @param user its owner's name; null when the number belongs to no user
 * @param group its group's name; null when the number belongs to no group
 * @param hasPages whether it consists of data pages, which have checksums where the cluster's do
 */
public record FoundFile(
    String name,
    long size,
    long modified,
    int mode,
    @Nullable String user,
    @Nullable String group,
    boolean hasPages) {}

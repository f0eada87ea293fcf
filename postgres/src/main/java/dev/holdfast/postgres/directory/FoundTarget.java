package dev.holdfast.postgres.directory;

import org.jspecify.annotations.Nullable;

/**
 * A place outside the data directory that files of the cluster lie in, or the data directory.
 *
 * @param name {@code pg_data}; {@code pg_tblspc/OID} for a tablespace; the link's name for others
 * @param path the directory, as the link says it
 * @param file the file's name in that directory when the link leads to a file; null otherwise
 * @param tablespaceId the tablespace's object id; 0 for others
 * @param tablespaceName the tablespace's name; null for others
 */
public record FoundTarget(
    String name,
    String path,
    @Nullable String file,
    long tablespaceId,
    @Nullable String tablespaceName) {

  /** Whether it is where a link leads to, rather than the data directory. */
  public boolean isLink() {
    return !name.equals(ClusterDirectory.DATA);
  }
}

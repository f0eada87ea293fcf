package dev.holdfast.repository.manifest;

import org.jspecify.annotations.Nullable;

/**
 * A place outside that a backup's files come from: the data directory itself, a tablespace, or
 * something a symbolic link points at.
 *
 * @param name {@code pg_data}, {@code pg_tblspc/16400} or the link's name, for example {@code
 *     pg_data/pg_wal}
 * @param type the data directory is a path, everything else is a link
 * @param path the directory; relative to where the link lies when the link was relative
 * @param file the file in that directory when a link points at a file; else null
 * @param tablespaceId the tablespace's oid; 0 when it is none
 * @param tablespaceName the tablespace's name; null when it is none
 */
public record ManifestTarget(
    String name,
    Type type,
    String path,
    @Nullable String file,
    long tablespaceId,
    @Nullable String tablespaceName) {

  /** The name of the data directory's target. */
  public static final String PG_DATA = "pg_data";

  /** The directory under which tablespaces' targets and files are named. */
  public static final String PG_TBLSPC = "pg_tblspc";

  /** How the place is reached. */
  public enum Type {
    /** It is the data directory. */
    PATH,
    /** A link in the data directory points at it. */
    LINK
  }

  /** Whether it is a tablespace. */
  public boolean isTablespace() {
    return tablespaceId != 0;
  }
}

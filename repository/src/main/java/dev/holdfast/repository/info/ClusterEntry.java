package dev.holdfast.repository.info;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;

/**
 * A cluster that a stanza has been, in the history of an info file.
 *
 * @param id its key, 1 and up
 * @param systemId its system identifier
 * @param version its PostgreSQL version
 * @param catalogVersion unsigned 32 bits; 0 in archive.info, which does not hold it
 * @param controlVersion of pg_control; 0 in archive.info
 */
public record ClusterEntry(
    int id,
    SystemIdentifier systemId,
    PgVersion version,
    long catalogVersion,
    long controlVersion) {

  /** The directory of its WAL. */
  public ArchiveId archiveId() {
    return new ArchiveId(version, id);
  }

  /** Whether it is this cluster in this version. */
  public boolean isSameCluster(SystemIdentifier otherSystemId, PgVersion otherVersion) {
    return systemId.equals(otherSystemId) && version.equals(otherVersion);
  }
}

package dev.holdfast.repository.manifest;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;

/**
 * The cluster that was backed up.
 *
 * @param historyId its key in the info files' history; 0 in the manifest of a backup that has not
 *     finished
 * @param systemId its system identifier; 0 likewise
 * @param version the PostgreSQL version
 * @param catalogVersion the catalog version, unsigned 32 bits
 * @param controlVersion the version of pg_control, unsigned 32 bits
 */
public record ManifestCluster(
    int historyId,
    SystemIdentifier systemId,
    PgVersion version,
    long catalogVersion,
    long controlVersion) {

  /** The archive that holds the backup's WAL. */
  public ArchiveId archiveId() {
    return new ArchiveId(version, historyId);
  }
}

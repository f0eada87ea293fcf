package dev.holdfast.repository.info;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.repository.RepositoryFormat;
import java.util.Optional;

/**
 * What archive.info holds.
 *
 * @param version the program version that wrote it
 * @param walPass the passphrase of the WAL; empty when not encrypted
 * @param history the clusters whose WAL is archived
 */
public record ArchiveInfo(String version, Optional<CipherPass> walPass, ClusterHistory history) {

  /** The info of a new stanza; with a new passphrase for its WAL when it is to be encrypted. */
  public static ArchiveInfo create(SystemIdentifier systemId, PgVersion pg, boolean encrypted) {
    return new ArchiveInfo(
        RepositoryFormat.VERSION,
        encrypted ? Optional.of(CipherPass.generate()) : Optional.empty(),
        ClusterHistory.of(new ClusterEntry(1, systemId, pg, 0, 0)));
  }

  /** The info after an upgrade of the cluster to this one. */
  public ArchiveInfo withCluster(SystemIdentifier systemId, PgVersion pg) {
    return withHistory(history.with(new ClusterEntry(history.currentId() + 1, systemId, pg, 0, 0)));
  }

  /** The info with another history. */
  public ArchiveInfo withHistory(ClusterHistory newHistory) {
    return new ArchiveInfo(RepositoryFormat.VERSION, walPass, newHistory);
  }

  /** The archive of the current cluster. */
  public ArchiveId currentArchiveId() {
    return history.current().archiveId();
  }

  /**
   * The archive of a backup's cluster: that of exactly this key, version and system, else the
   * newest of this version and system.
   *
   * @throws HoldfastException archive-mismatch (44) when there is none
   */
  public ArchiveId archiveId(int historyId, PgVersion pg, SystemIdentifier systemId) {
    Optional<ClusterEntry> exact =
        history.entry(historyId).filter(entry -> entry.isSameCluster(systemId, pg));
    return exact
        .or(() ->
            history.newestFirst().stream()
                .filter(entry -> entry.isSameCluster(systemId, pg))
                .findFirst())
        .map(ClusterEntry::archiveId)
        .orElseThrow(() ->
            new HoldfastException(
                ErrorCode.ARCHIVE_MISMATCH,
                "unable to retrieve the archive id for database version '%s' and system-id '%s'"
                    .formatted(pg, systemId)));
  }
}

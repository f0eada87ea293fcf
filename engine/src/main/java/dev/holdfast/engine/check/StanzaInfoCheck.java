package dev.holdfast.engine.check;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.ClusterEntry;
import dev.holdfast.repository.info.InfoStore;

/** Whether a stanza's info files fit each other and the cluster. */
public final class StanzaInfoCheck {
  private StanzaInfoCheck() {}

  /**
   * Loads both files and compares them with each other and with the cluster.
   *
   * @throws HoldfastException file-invalid (28) if they do not fit; what loading throws
   */
  public static void check(InfoStore infos, PgControl control) {
    ArchiveInfo archive = infos.archiveInfo();
    check(archive, infos.backupInfo());
    if (!archive.history().current().isSameCluster(control.systemId(), control.version())) {
      throw new HoldfastException(
          ErrorCode.FILE_INVALID,
          "backup and archive info files exist but do not match the database",
          "is this the correct stanza?",
          "did an error occur during stanza-upgrade?");
    }
  }

  /**
   * Compares the files with each other.
   *
   * @throws HoldfastException file-invalid (28) if they are about different clusters
   */
  public static void check(ArchiveInfo archive, BackupInfo backup) {
    ClusterEntry archived = archive.history().current();
    ClusterEntry backedUp = backup.history().current();
    if (archived.id() != backedUp.id()
        || !archived.isSameCluster(backedUp.systemId(), backedUp.version())) {
      throw new HoldfastException(
          ErrorCode.FILE_INVALID,
          """
          backup info file and archive info file do not match
          archive: id = %d, version = %s, system-id = %s
          backup : id = %d, version = %s, system-id = %s\
          """
              .formatted(
                  archived.id(),
                  archived.version(),
                  archived.systemId(),
                  backedUp.id(),
                  backedUp.version(),
                  backedUp.systemId()),
          "this may be a symptom of repository corruption!");
    }
  }
}

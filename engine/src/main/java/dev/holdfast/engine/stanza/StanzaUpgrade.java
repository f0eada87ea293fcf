package dev.holdfast.engine.stanza;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.check.StanzaInfoCheck;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;

/**
 * stanza-upgrade: tells a stanza that its cluster is another one now, after pg_upgrade or initdb.
 * The two files are written one after the other and looked at separately, so that a repetition
 * finishes what was cut off.
 */
public final class StanzaUpgrade {
  private final StanzaRequest request;
  private final Reporter reporter;

  /** Upgrades when {@link #run} is called. */
  public StanzaUpgrade(StanzaRequest request, Reporter reporter) {
    this.request = request;
    this.reporter = reporter;
  }

  /**
   * Upgrades the stanza in every repository.
   *
   * @throws HoldfastException file-missing (55) if there is no stanza, file-invalid (28) if its two
   *     files would not fit each other
   */
  public void run() {
    for (Repository repository : request.repositories()) {
      reporter.info(
          "stanza-upgrade for stanza '%s' on repo%d".formatted(request.stanza(), repository.key()));
      upgrade(repository);
    }
  }

  private void upgrade(Repository repository) {
    PgControl control = request.control();
    InfoStore infos = repository.infos(request.stanza());
    ArchiveInfo archive = infos.archiveInfo();
    BackupInfo backup = infos.backupInfo();
    boolean archiveIsOld =
        !archive.history().current().isSameCluster(control.systemId(), control.version());
    boolean backupIsOld =
        !backup.history().current().isSameCluster(control.systemId(), control.version());
    if (archiveIsOld) {
      archive = archive.withCluster(control.systemId(), control.version());
    }
    if (backupIsOld) {
      backup =
          backup.withCluster(
              control.systemId(),
              control.version(),
              Integer.toUnsignedLong(control.catalogVersion()),
              control.controlVersion());
    }
    StanzaInfoCheck.check(archive, backup);
    if (archiveIsOld) {
      infos.save(archive);
    }
    if (backupIsOld) {
      infos.save(backup);
    }
    if (!archiveIsOld && !backupIsOld) {
      reporter.info(
          "stanza '%s' on repo%d is already up to date"
              .formatted(request.stanza(), repository.key()));
    }
  }
}

package dev.holdfast.engine.stanza;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.check.StanzaInfoCheck;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.ClusterEntry;
import dev.holdfast.repository.info.InfoStore;

/**
 * stanza-create: makes a stanza in every repository. Repeating it is allowed and repairs a missing
 * copy; it never changes what a stanza is about.
 */
public final class StanzaCreate {
  private final StanzaRequest request;
  private final Reporter reporter;

  /** Creates when {@link #run} is called. */
  public StanzaCreate(StanzaRequest request, Reporter reporter) {
    this.request = request;
    this.reporter = reporter;
  }

  /**
   * Creates the stanza.
   *
   * @throws HoldfastException path-not-empty (40) if there are files but no info files,
   *     file-invalid (28) if the stanza is another cluster's, file-missing (55) if one info file is
   *     gone although the stanza was in use
   */
  public void run() {
    for (Repository repository : request.repositories()) {
      reporter.info(
          "stanza-create for stanza '%s' on repo%d".formatted(request.stanza(), repository.key()));
      create(repository);
    }
  }

  private void create(Repository repository) {
    StanzaName stanza = request.stanza();
    StanzaFiles archive = StanzaFiles.archive(repository, stanza);
    StanzaFiles backup = StanzaFiles.backup(repository, stanza);
    InfoStore infos = repository.infos(stanza);
    if (!archive.exist() && !backup.exist()) {
      refuseUnlessEmpty(archive, backup);
      infos.save(newBackupInfo(repository));
      infos.save(newArchiveInfo(repository));
    } else if (archive.exist() && backup.exist()) {
      StanzaInfoCheck.check(infos, request.control());
      boolean completed = archive.complete();
      completed |= backup.complete();
      if (!completed) {
        reporter.info(
            "stanza '%s' already exists on repo%d and is valid"
                .formatted(stanza, repository.key()));
      }
    } else {
      finish(repository, archive, backup, infos);
    }
  }

  private static void refuseUnlessEmpty(StanzaFiles archive, StanzaFiles backup) {
    boolean backupInUse = !backup.directoryIsEmpty();
    boolean archiveInUse = !archive.directoryIsEmpty();
    if (backupInUse || archiveInUse) {
      throw new HoldfastException(
          ErrorCode.PATH_NOT_EMPTY,
          (backupInUse ? "backup directory " : "")
              + (backupInUse && archiveInUse ? "and/or " : "")
              + (archiveInUse ? "archive directory " : "")
              + "not empty");
    }
  }

  /** Writes the file that a creation did not come to, or refuses if it must have been lost. */
  private void finish(
      Repository repository, StanzaFiles archive, StanzaFiles backup, InfoStore infos) {
    boolean archiveMissing = !archive.exist();
    StanzaFiles missing = archiveMissing ? archive : backup;
    if (!missing.directoryIsEmpty()) {
      throw missing(repository, archiveMissing);
    }
    ClusterEntry known =
        archiveMissing
            ? infos.backupInfo().history().current()
            : infos.archiveInfo().history().current();
    PgControl control = request.control();
    if (known.id() != 1 || !known.isSameCluster(control.systemId(), control.version())) {
      throw missing(repository, archiveMissing);
    }
    if (archiveMissing) {
      backup.complete();
      infos.save(newArchiveInfo(repository));
    } else {
      archive.complete();
      infos.save(newBackupInfo(repository));
    }
    reporter.warn(
        "stanza '%s' was created by half on repo%d; completed it"
            .formatted(request.stanza(), repository.key()));
  }

  private static HoldfastException missing(Repository repository, boolean archiveMissing) {
    return new HoldfastException(
        ErrorCode.FILE_MISSING,
        (archiveMissing
                ? "backup.info exists but archive.info is missing"
                : "archive.info exists but backup.info is missing")
            + " on repo"
            + repository.key(),
        "this may be a symptom of repository corruption!");
  }

  private ArchiveInfo newArchiveInfo(Repository repository) {
    PgControl control = request.control();
    return ArchiveInfo.create(control.systemId(), control.version(), repository.pass().isPresent());
  }

  private BackupInfo newBackupInfo(Repository repository) {
    PgControl control = request.control();
    return BackupInfo.create(
        control.systemId(),
        control.version(),
        Integer.toUnsignedLong(control.catalogVersion()),
        control.controlVersion(),
        repository.pass().isPresent());
  }
}

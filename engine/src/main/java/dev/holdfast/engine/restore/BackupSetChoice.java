package dev.holdfast.engine.restore;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.manifest.Manifest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the backup set to restore: the one that is named, or the newest that can reach the
 * target, from the first repository that has one. A repository that cannot be read is reported and
 * passed over, so that a second one can serve.
 */
final class BackupSetChoice {
  private final RestoreRequest request;
  private final RecoveryTarget target;
  private final Reporter reporter;

  BackupSetChoice(RestoreRequest request, Reporter reporter) {
    this.request = request;
    this.target = request.target().orElse(RecoveryTarget.END);
    this.reporter = reporter;
  }

  /**
   * What could be restored.
   *
   * @param repository where it is
   * @param info that repository's catalog, as it was read for the choice
   * @param backup the entry of the chosen set
   */
  private record Candidate(Repository repository, BackupInfo info, BackupEntry backup) {}

  /**
   * What was chosen, and can be read.
   *
   * @param repository where it is
   * @param manifest the set's
   */
  record Choice(Repository repository, Manifest manifest) {}

  /**
   * Chooses.
   *
   * @throws HoldfastException backup-set-invalid (75) when no repository has a suitable set
   */
  Choice choose() {
    for (Repository repository : request.repositories()) {
      Optional<Choice> choice = chooseFrom(repository).flatMap(this::load);
      if (choice.isPresent()) {
        return choice.get();
      }
    }
    if (request.set().isPresent()) {
      throw new HoldfastException(
          ErrorCode.BACKUP_SET_INVALID,
          "backup set " + request.set().get() + " is not valid",
          "Run info to see the backups there are.");
    }
    throw switch (target.type()) {
      case LSN ->
          none(
              "unable to find backup set with lsn less than or equal to '" + target.target() + "'");
      case TIME ->
          none("unable to find backup set with stop time less than '" + target.target() + "'");
      default -> none("no backup set found to restore");
    };
  }

  private static HoldfastException none(String message) {
    return new HoldfastException(
        ErrorCode.BACKUP_SET_INVALID, message, "Run info to see the backups there are.");
  }

  /** A manifest that cannot be read is passed over like a repository that cannot be. */
  private Optional<Choice> load(Candidate candidate) {
    Repository repository = candidate.repository();
    try {
      Manifest manifest =
          repository.manifests(request.stanza(), candidate.info()).load(candidate.backup().label());
      check(manifest, candidate.backup().label());
      return Optional.of(new Choice(repository, manifest));
    } catch (HoldfastException e) {
      if (request.repositories().size() == 1) {
        throw e;
      }
      reporter.warn(
          "repo"
              + repository.key()
              + ": backup set "
              + candidate.backup().label()
              + " cannot be used: "
              + e.describe());
      return Optional.empty();
    }
  }

  private static void check(Manifest manifest, BackupLabel wanted) {
    if (!manifest.data().label().equals(wanted)) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "requested backup '%s' and manifest label '%s' do not match"
              .formatted(wanted, manifest.data().label()),
          "This indicates some sort of corruption (at the very least paths have been renamed).");
    }
    if (manifest.files().size() == 0) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "manifest of backup " + wanted + " has no files");
    }
  }

  private Optional<Candidate> chooseFrom(Repository repository) {
    String name = "repo" + repository.key();
    BackupInfo info;
    try {
      info = repository.infos(request.stanza()).backupInfo();
    } catch (HoldfastException e) {
      if (request.repositories().size() == 1) {
        throw e;
      }
      reporter.warn(name + ": " + e.describe());
      return Optional.empty();
    }
    List<BackupEntry> backups = info.backups();
    if (backups.isEmpty()) {
      reporter.warn(name + ": [075] no backup sets to restore");
      return Optional.empty();
    }
    if (request.set().isPresent()) {
      BackupLabel wanted = request.set().get();
      return backups.stream()
          .filter(backup -> backup.label().equals(wanted))
          .findFirst()
          .map(backup -> new Candidate(repository, info, backup));
    }
    return switch (target.type()) {
      case TIME -> {
        Instant time =
            TargetTime.parse(java.util.Objects.requireNonNull(target.target()), request.zone());
        yield backups.reversed().stream()
            .filter(backup -> backup.timestampStop() < time.getEpochSecond())
            .findFirst()
            .map(backup -> new Candidate(repository, info, backup));
      }
      case LSN -> newestBefore(repository, info, backups, target.lsn());
      default -> Optional.of(newest(repository, info, backups.getLast()));
    };
  }

  private Optional<Candidate> newestBefore(
      Repository repository, BackupInfo info, List<BackupEntry> backups, Lsn lsn) {
    for (BackupEntry backup : backups.reversed()) {
      Lsn stop = backup.lsnStop();
      if (stop == null) {
        reporter.warn(
            "repo"
                + repository.key()
                + ": reached backup "
                + backup.label()
                + " without LSN before finding a match -- backup auto-select has been disabled for"
                + " this repo\nHINT: you may specify a backup to restore using the --set option.");
        return Optional.empty();
      }
      if (stop.compareTo(lsn) <= 0) {
        return Optional.of(new Candidate(repository, info, backup));
      }
    }
    return Optional.empty();
  }

  private static Candidate newest(Repository repository, BackupInfo info, BackupEntry backup) {
    if (backup.historyId() < info.history().currentId()) {
      throw new HoldfastException(
          ErrorCode.BACKUP_SET_INVALID,
          "the latest backup set found '"
              + backup.label()
              + "' is from a prior version of PostgreSQL",
          "Was a backup created after the stanza-upgrade?",
          "Specify --set or --type=time/lsn to restore from a prior version of PostgreSQL.");
    }
    return new Candidate(repository, info, backup);
  }
}

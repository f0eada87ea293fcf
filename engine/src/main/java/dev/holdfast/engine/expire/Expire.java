package dev.holdfast.engine.expire;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.catalog.CatalogReconstruction;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;
import dev.holdfast.storage.Storage;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Expires backups, WAL and history in every repository of a request. The caller holds the stanza's
 * backup lock, which keeps a backup of this host away.
 */
public final class Expire {
  private final ExpireRequest request;
  private final Clock clock;
  private final Reporter reporter;

  /** Prepares an expiration; {@link #run} does it. */
  public Expire(ExpireRequest request, Clock clock, Reporter reporter) {
    this.request = request;
    this.clock = clock;
    this.reporter = reporter;
  }

  /**
   * Expires in one repository after the other; a repository that fails does not keep the others.
   *
   * @throws HoldfastException the error of the only repository; of several, command (104) when any
   *     failed, each already reported
   */
  public void run() {
    int errors = 0;
    boolean setFound = request.set().isEmpty();
    for (ExpireRequest.Target target : request.targets()) {
      try {
        setFound |= new OneRepository(target.repository()).expire(target.policy());
      } catch (HoldfastException e) {
        if (request.targets().size() == 1) {
          // Of one repository the reason itself says more than that there was one.
          throw e;
        }
        errors++;
        reporter.warn(name(target.repository()) + ": " + e.describe());
      }
    }
    if (!setFound && errors == 0) {
      reporter.warn(
          "backup "
              + request.set().orElseThrow()
              + " does not exist\nHINT: run the info command and confirm the backup is listed");
    }
    if (errors > 0) {
      throw new HoldfastException(
          ErrorCode.COMMAND,
          "expire command encountered " + errors + " error(s), check the log file for details");
    }
  }

  private static String name(Repository repository) {
    return "repo" + repository.key();
  }

  /** One repository's part. */
  private final class OneRepository {
    private final Repository repository;
    private final Storage storage;
    private final String name;

    OneRepository(Repository repository) {
      this.repository = repository;
      this.storage = repository.storage();
      this.name = Expire.name(repository);
    }

    /** Gives whether the set that was asked for by name is here. */
    boolean expire(RetentionPolicy configured) {
      InfoStore infos = repository.infos(request.stanza());
      BackupInfo info =
          new CatalogReconstruction(repository, request.stanza(), reporter)
              .reconstruct(infos.backupInfo());
      List<KnownBackup> known = info.backups().stream().map(this::known).toList();
      RetentionPolicy policy = request.oldest() ? oldest(known, configured) : configured;

      boolean found = request.set().isPresent() && info.backup(request.set().get()).isPresent();
      BackupRetention.Decision decision;
      if (request.set().isEmpty()) {
        decision = BackupRetention.decide(known, policy, clock.instant());
      } else if (found) {
        decision = BackupRetention.decideAdhoc(known, request.set().get());
        warnOfLatest(info, decision);
      } else {
        decision = new BackupRetention.Decision(List.of(), known, false);
      }
      List<BackupLabel> gone = new ArrayList<>();
      for (BackupRetention.Expired expired : decision.expired()) {
        reporter.info(
            name
                + ": expire "
                + expired.reason().word
                + " backup "
                + (expired.labels().size() > 1 ? "set " : "")
                + expired.labels().stream()
                    .map(BackupLabel::toString)
                    .collect(Collectors.joining(", ")));
        gone.addAll(expired.labels());
      }
      BackupInfo kept = info.without(gone);
      if (!request.dryRun()) {
        // What depends on another goes before it, so that a crash leaves no backup whose files are
        // missing; and the catalog is written before any file of the backups goes.
        for (BackupLabel label : new TreeSet<>(gone).descendingSet()) {
          storage.remove(RepositoryLayout.manifest(request.stanza(), label));
          storage.remove(RepositoryLayout.manifestCopy(request.stanza(), label));
        }
        infos.save(kept);
        relinkLatest(info, kept);
      }
      new ExpiredFiles(repository, request, clock, reporter).remove(kept);
      RetentionPolicy archivePolicy =
          policy.withArchiveDefault(decision.fullsKept(), decision.windowReached());
      new ArchiveExpiration(repository, request, reporter)
          .expire(kept, decision.kept(), archivePolicy);
      new HistoryExpiration(repository, request, clock, reporter).expire(kept, policy);
      return found;
    }

    private RetentionPolicy oldest(List<KnownBackup> known, RetentionPolicy configured) {
      int fulls = (int) known.stream().filter(b -> b.label().type() == BackupType.FULL).count();
      if (fulls < 2) {
        reporter.warn(name + ": expire oldest requested but no eligible full backup to expire");
        return configured;
      }
      if (configured.fullType() == RetentionPolicy.FullType.TIME) {
        reporter.info(
            name
                + ": expire oldest overrides configured time-based retention with count-based"
                + " retention for this execution");
      }
      return configured.keepingFulls(fulls - 1);
    }

    private void warnOfLatest(BackupInfo info, BackupRetention.Decision decision) {
      BackupLabel latest = info.latest().orElseThrow().label();
      if (decision.kept().stream().noneMatch(b -> b.label().equals(latest))) {
        reporter.warn(
            name
                + ": expiring latest backup "
                + latest
                + " - the ability to perform point-in-time-recovery (PITR) may be affected\n"
                + "HINT: non-default settings for '"
                + name
                + "-retention-archive'/'"
                + name
                + "-retention-archive-type' (even in prior expires) can cause gaps in the WAL.");
      }
    }

    private void relinkLatest(BackupInfo before, BackupInfo after) {
      Optional<BackupEntry> latest = after.latest();
      boolean moved =
          !before.latest().map(BackupEntry::label).equals(latest.map(BackupEntry::label));
      if (moved
          && latest.isPresent()
          && storage.features().contains(dev.holdfast.storage.StorageFeature.SYMBOLIC_LINK)) {
        storage.createLink(
            RepositoryLayout.latest(request.stanza()), latest.get().label().toString());
      }
    }

    private KnownBackup known(BackupEntry backup) {
      List<BackupLabel> references = new ArrayList<>();
      if (backup.references() != null) {
        references.addAll(backup.references());
      }
      if (backup.prior() != null) {
        references.add(backup.prior());
      }
      return new KnownBackup(
          backup.label(),
          new TreeSet<>(references),
          backup.historyId(),
          Instant.ofEpochSecond(backup.timestampStop()),
          Optional.ofNullable(backup.archiveStart()),
          Optional.ofNullable(backup.archiveStop()));
    }
  }
}

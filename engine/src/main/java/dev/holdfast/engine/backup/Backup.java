package dev.holdfast.engine.backup;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ByteCount;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.catalog.BackupClaim;
import dev.holdfast.engine.catalog.UnfinishedBackups;
import dev.holdfast.engine.work.WorkerPool;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.directory.DirectoryScan;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestDb;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestStore;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.posix.LocalFiles;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes one backup. See the package's story for the way of the data. */
public final class Backup {
  private final BackupRequest request;
  private final ClusterGate cluster;
  private final Clock clock;
  private final Reporter reporter;
  private final CopyWatch.Progress progress;
  private final Repository repository;
  private final Storage storage;

  /**
   * What was made.
   *
   * @param entry as the catalog has it
   * @param files how many files it has
   */
  public record Result(BackupEntry entry, int files) {}

  /**
   * Prepares a backup; {@link #run} makes it. The caller holds the stanza's backup lock.
   *
   * @param cluster begins and ends the backup; closed by the caller
   * @param progress told about once a second how far the copying is
   */
  public Backup(
      BackupRequest request,
      ClusterGate cluster,
      Clock clock,
      Reporter reporter,
      CopyWatch.Progress progress) {
    this.request = request;
    this.cluster = cluster;
    this.clock = clock;
    this.reporter = reporter;
    this.progress = progress;
    this.repository = request.repository();
    this.storage = repository.storage();
  }

  /** Makes it. On an error what was stored stays for a later backup to resume, or to remove. */
  public Result run() {
    InfoStore infos = repository.infos(request.stanza());
    BackupInfo recorded = infos.backupInfo();
    BackupInfo info =
        BackupCompletion.reconstructed(repository, request.stanza(), recorded, reporter);
    ManifestStore manifests = repository.manifests(request.stanza(), info);
    PgControl control = PgControlFile.read(request.pgPath(), null).control();
    refuseOtherCluster(info, control);
    PriorChoice prior = PriorChoice.of(request, info, manifests, reporter);
    boolean checksumPage = checksumPage(control, prior);
    cluster.keepOthersOut();

    UnfinishedBackups unfinished = new UnfinishedBackups(storage, request.stanza(), clock);
    Resume resume = Resume.find(request, prior, manifests, control, unfinished, storage, reporter);
    long startSeconds = cluster.timeMillis() / 1000;
    BackupLabel label =
        resume.label() != null
            ? resume.label()
            : new LabelChoice(storage, request.stanza(), clock)
                .choose(prior.type(), priorLabel(prior), startSeconds);
    ClusterGate.Start start = cluster.start("Holdfast backup started at " + clock.instant());
    start
        .lsn()
        .ifPresent(lsn ->
            reporter.info(
                "backup start archive = " + start.segment().orElseThrow() + ", lsn = " + lsn));
    List<ManifestDb> databases = cluster.databases();
    BackupWal wal = new BackupWal(request, info, reporter);
    wal.checkArchiving(start);

    BackupPlan found = scan(control, prior);
    resume.removeVanished(found.files());
    long copyStart = copyStart();
    boolean delta = request.reading().delta() || hasFutureFile(found, copyStart);
    BackupPlan plan = found;
    Manifest priorManifest = prior.manifest();
    if (priorManifest != null) {
      PriorComparison comparison = new PriorComparison(priorManifest, reporter);
      delta =
          comparison.needsDelta(
              found, delta, cluster.isOnline(), start.segment().orElse(null), copyStart);
      plan = comparison.apply(found, delta);
    }
    CopySettings settings = settings(label, prior, control, checksumPage, resume, startSeconds);
    ManifestDraft draft =
        new ManifestDraft(
            request,
            settings,
            prior,
            info.history().currentId(),
            control,
            start,
            databases,
            startSeconds,
            // Online, copying has waited for the second after this one.
            cluster.isOnline() ? copyStart + 1 : copyStart,
            delta,
            cluster.isOnline());
    // Before anything is written: a copy of the manifest without the mark is left alone by later
    // backups for a while, and pgBackRest's verify crashes over one not in the newest directory.
    BackupClaim claim =
        resume.label() != null ? unfinished.takeOver(label) : unfinished.begin(label);
    BackupCompletion completion =
        new BackupCompletion(repository, request.stanza(), recorded, info, reporter);
    completion.makeDirectories(settings, prior.type(), plan);
    Manifest manifest = copy(manifests, claim, draft, settings, plan, resume.comparing(delta), wal);
    BackupEntry entry = completion.complete(manifest, manifests, claim);
    reporter.info("new backup label = " + entry.label());
    reporter.info(
        "%s backup size = %s, file total = %d"
            .formatted(
                entry.type().option(),
                new ByteCount(entry.sizes().sizeDelta()),
                manifest.files().size()));
    return new Result(entry, manifest.files().size());
  }

  private Manifest copy(
      ManifestStore manifests,
      BackupClaim claim,
      ManifestDraft draft,
      CopySettings settings,
      BackupPlan plan,
      Resume resume,
      BackupWal wal) {
    CopyResults results = new CopyResults(plan, resume.claimed(plan.files()));
    Runnable save =
        () -> {
          claim.check();
          manifests.saveCopy(draft.unfinished(plan, results.unfinished()));
        };
    Runnable ping =
        () -> {
          cluster.ping();
          claim.check();
        };
    save.run();
    try (StorageBatch batch = storage.batch()) {
      copyFiles(batch, settings, plan, resume, results, save, ping);
      ping.run();
      ClusterGate.Stop stop = cluster.stop();
      stop.lsn()
          .ifPresent(lsn ->
              reporter.info(
                  "backup stop archive = " + stop.segment().orElseThrow() + ", lsn = " + lsn));
      long stopSeconds = cluster.timeMillis() / 1000;
      AddedFiles added = new AddedFiles(settings, draft.base(plan), batch, results);
      stop.files()
          .forEach((name, content) ->
              added.store(
                  "pg_data/" + name,
                  new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)),
                  stopSeconds));
      wal.require(draft.start(), stop, draft.control().walSegmentSize(), added, stopSeconds);
      batch.sync();
      return draft.finished(plan, results.finished(), stop, stopSeconds);
    } catch (HoldfastException e) {
      throw keepForResume(save, e);
    }
  }

  private void copyFiles(
      StorageBatch batch,
      CopySettings settings,
      BackupPlan plan,
      Resume resume,
      CopyResults results,
      Runnable save,
      Runnable ping) {
    CopyQueue queue =
        CopyQueue.of(
            plan,
            settings.storing().bundle(),
            index -> resume.stored(plan.files().name(index)).isPresent());
    CopyReport report = new CopyReport(settings, reporter, queue.totalBytes());
    CopyWatch watch = CopyWatch.start(report, request.saveThreshold(), progress, save, ping);
    try (watch;
        LocalFiles files = new LocalFiles(request.workers())) {
      SourceFiles sources = new SourceFiles(settings, files);
      BlockStore blocks = new BlockStore(settings, storage);
      WorkerPool.run(
          "backup",
          request.workers(),
          queue.jobs(),
          worker -> {
            FileCopy copy =
                new FileCopy(
                    settings,
                    plan,
                    sources,
                    batch,
                    blocks,
                    resume,
                    results,
                    report.listener(worker));
            return job -> {
              watch.check();
              copy.run(job);
            };
          });
    }
    watch.check();
  }

  /**
   * Saves what is stored by now, so that the next full backup need not store it again. What was
   * stored may be lost yet, as nothing is synced: it is taken over by its hash only.
   *
   * @return what to tell: when the directory is no longer this backup's, that is why it failed
   */
  private static HoldfastException keepForResume(Runnable save, HoldfastException failure) {
    // After a signal the thread is interrupted, and could not write.
    boolean interrupted = Thread.interrupted();
    try {
      save.run();
      return failure;
    } catch (HoldfastException e) {
      boolean isCause =
          e.code() == ErrorCode.LOCK_ACQUIRE && failure.code() != ErrorCode.LOCK_ACQUIRE;
      HoldfastException told = isCause ? e : failure;
      told.addSuppressed(isCause ? failure : e);
      return told;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean hasFutureFile(BackupPlan plan, long copyStart) {
    ManifestFile file = plan.fileAfter(copyStart).orElse(null);
    if (file == null) {
      return false;
    }
    reporter.warn(
        "file '%s' has timestamp (%d) in the future (relative to copy start %d), enabling delta"
                .formatted(file.name(), file.timestamp(), copyStart)
            + " checksum");
    return true;
  }

  private static void refuseOtherCluster(BackupInfo info, PgControl control) {
    var expected = info.history().current();
    if (!expected.isSameCluster(control.systemId(), control.version())) {
      throw new HoldfastException(
          ErrorCode.BACKUP_MISMATCH,
          "PostgreSQL version %s, system-id %s do not match stanza version %s, system-id %s"
              .formatted(
                  control.version(), control.systemId(), expected.version(), expected.systemId()),
          "Is this the correct stanza?",
          "After an upgrade of PostgreSQL, run stanza-upgrade.");
    }
  }

  private static @Nullable BackupLabel priorLabel(PriorChoice prior) {
    Manifest manifest = prior.manifest();
    return manifest == null ? null : manifest.data().label();
  }

  private boolean checksumPage(PgControl control, PriorChoice prior) {
    Optional<Boolean> asked = request.reading().checksumPage();
    boolean wanted = asked.orElse(cluster.isOnline() && control.pageChecksums());
    if (wanted && cluster.isOnline() && !control.pageChecksums()) {
      reporter.warn(
          "checksum-page option set to true but checksums are not enabled on the cluster, resetting"
              + " to false");
      wanted = false;
    }
    Manifest manifest = prior.manifest();
    if (manifest == null) {
      return wanted;
    }
    boolean before = Boolean.TRUE.equals(manifest.options().checksumPage());
    if (before != wanted && asked.isPresent()) {
      reporter.warn(
          "%s backup cannot alter 'checksum-page' option to '%s', reset to '%s' from %s"
              .formatted(prior.type().option(), wanted, before, manifest.data().label()));
    }
    return before;
  }

  private BackupPlan scan(PgControl control, PriorChoice prior) {
    return BackupPlan.scan(
        new DirectoryScan(
            request.pgPath(),
            control,
            cluster.isOnline(),
            request.reading().exclude(),
            cluster.tablespaces()),
        prior.storing().bundle().isPresent(),
        reporter);
  }

  /**
   * Copying begins in the next second: a file that changes within the second of its copy could
   * change again without a new time, and the next backup would not see it.
   */
  private long copyStart() {
    long millis = cluster.timeMillis();
    long second = millis / 1000;
    if (!cluster.isOnline()) {
      return second;
    }
    for (int attempt = 0; attempt < 3; attempt++) {
      try {
        Thread.sleep(Math.max(1, (second + 1) * 1000 - millis));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HoldfastException(ErrorCode.TERM, "terminated on signal", e);
      }
      millis = cluster.timeMillis();
      if (millis / 1000 > second) {
        return second;
      }
    }
    throw new HoldfastException(
        ErrorCode.KERNEL,
        "PostgreSQL clock has not advanced to the next second after 3 tries",
        "Is the host's clock being set?");
  }

  private CopySettings settings(
      BackupLabel label,
      PriorChoice prior,
      PgControl control,
      boolean checksumPage,
      Resume resume,
      long startSeconds) {
    Manifest manifest = prior.manifest();
    List<BackupLabel> references =
        new ArrayList<>(manifest == null ? List.of() : manifest.data().references());
    references.add(label);
    CipherPass pass = null;
    if (repository.pass().isPresent()) {
      CipherPass resumed = resume.pass();
      pass =
          manifest != null
              ? manifest.cipherPass()
              : resumed != null ? resumed : CipherPass.generate();
    }
    StoringOptions storing = prior.storing();
    boolean full = prior.type() == BackupType.FULL;
    return new CopySettings(
        request.stanza(),
        label,
        references,
        request.pgPath(),
        request.standbyPath().orElse(request.pgPath()),
        storing,
        pass,
        manifest != null ? manifest.data().bundleRaw() : storing.blocks().isPresent(),
        storing
            .blocks()
            .map(blocks -> full ? blocks.superBlockFull() : blocks.superBlockOther())
            .orElse(0L),
        checksumPage,
        request.reading().pageHeaderCheck(),
        control.pageSize(),
        startSeconds);
  }
}

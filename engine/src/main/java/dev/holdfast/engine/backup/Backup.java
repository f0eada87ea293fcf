package dev.holdfast.engine.backup;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ByteCount;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.catalog.CatalogReconstruction;
import dev.holdfast.engine.catalog.UnfinishedBackups;
import dev.holdfast.engine.work.WorkerPool;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.directory.DirectoryScan;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.archive.ArchivePath;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestStore;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageFeature;
import dev.holdfast.storage.posix.LocalFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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
    BackupInfo info =
        new CatalogReconstruction(repository, request.stanza(), reporter)
            .reconstruct(infos.backupInfo());
    ManifestStore manifests = repository.manifests(request.stanza(), info);
    PgControl control = PgControlFile.read(request.pgPath(), null).control();
    refuseOtherCluster(info, control);
    PriorChoice prior = PriorChoice.of(request, info, manifests, reporter);
    boolean checksumPage = checksumPage(control, prior);

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
    checkArchiving(start, info);

    BackupPlan found = scan(control, prior);
    resume.removeVanished(found.files());
    long copyStart = copyStart();
    boolean delta = request.reading().delta();
    BackupPlan plan = found;
    Manifest priorManifest = prior.manifest();
    if (priorManifest != null) {
      PriorComparison comparison = new PriorComparison(priorManifest, reporter);
      delta |=
          comparison.needsDelta(found, cluster.isOnline(), start.segment().orElse(null), copyStart);
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
            startSeconds,
            copyStart,
            delta,
            cluster.isOnline());
    return copy(infos, info, manifests, unfinished, draft, settings, plan, resume, start, control);
  }

  private Result copy(
      InfoStore infos,
      BackupInfo info,
      ManifestStore manifests,
      UnfinishedBackups unfinished,
      ManifestDraft draft,
      CopySettings settings,
      BackupPlan plan,
      Resume resume,
      ClusterGate.Start start,
      PgControl control) {
    CopyResults results = new CopyResults(plan);
    manifests.saveCopy(draft.unfinished(plan, plan.files()));
    unfinished.mark(settings.label());
    CopyQueue queue =
        CopyQueue.of(
            plan,
            settings.storing().bundle(),
            index -> resume.stored(plan.files().name(index)).isPresent());
    CopyReport report = new CopyReport(settings, reporter, queue.totalBytes());
    ClusterGate.Stop stop;
    long stopSeconds;
    try (StorageBatch batch = storage.batch()) {
      try (LocalFiles files = new LocalFiles(request.workers());
          CopyWatch watch =
              CopyWatch.start(
                  report,
                  request.saveThreshold(),
                  progress,
                  () -> manifests.saveCopy(draft.unfinished(plan, results.unfinished())))) {
        SourceFiles sources = new SourceFiles(settings, files);
        BlockStore blocks = new BlockStore(settings, storage);
        WorkerPool.run(
            "backup",
            request.workers(),
            queue.jobs(),
            worker ->
                new FileCopy(
                        settings,
                        plan,
                        sources,
                        batch,
                        blocks,
                        resume,
                        results,
                        report.listener(worker))
                    ::run);
        watch.rethrow();
      }
      cluster.ping();
      stop = cluster.stop();
      stop.lsn()
          .ifPresent(lsn ->
              reporter.info(
                  "backup stop archive = " + stop.segment().orElseThrow() + ", lsn = " + lsn));
      stopSeconds = cluster.timeMillis() / 1000;
      AddedFiles added = new AddedFiles(settings, draft.base(plan), batch, results);
      stop.files()
          .forEach((name, content) ->
              added.store(
                  "pg_data/" + name,
                  new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)),
                  stopSeconds));
      archive(info, start, stop, control, added, stopSeconds);
      batch.sync();
    }
    Manifest manifest =
        draft.finished(plan, results.finished(), stop, stopSeconds, cluster.databases());
    linkUnchanged(manifest);
    manifests.save(manifest);
    unfinished.unmark(settings.label());
    BackupEntry entry = BackupEntry.of(manifest);
    infos.save(info.with(entry));
    if (storage.features().contains(StorageFeature.SYMBOLIC_LINK)) {
      storage.createLink(RepositoryLayout.latest(request.stanza()), entry.label().text());
    }
    reporter.info("new backup label = " + entry.label());
    reporter.info(
        "%s backup size = %s, file total = %d"
            .formatted(
                entry.type().option(),
                new ByteCount(entry.sizes().sizeDelta()),
                manifest.files().size()));
    return new Result(entry, manifest.files().size());
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

  private void checkArchiving(ClusterGate.Start start, BackupInfo info) {
    WalSegment segment = start.segmentToCheck().orElse(null);
    if (segment != null && request.archive().check()) {
      reporter.info("check archive for prior segment " + segment);
      archiveWait(info).await(segment);
    }
  }

  private ArchiveWait archiveWait(BackupInfo info) {
    return new ArchiveWait(
        repository,
        request.stanza(),
        repository
            .infos(request.stanza())
            .archiveInfo()
            .archiveId(
                info.history().currentId(),
                info.history().current().version(),
                info.history().current().systemId()),
        request.archive().timeout());
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

  private void archive(
      BackupInfo info,
      ClusterGate.Start start,
      ClusterGate.Stop stop,
      PgControl control,
      AddedFiles added,
      long stopSeconds) {
    if (!request.archive().check() || stop.segment().isEmpty()) {
      return;
    }
    WalSegment first = start.segment().orElseThrow();
    WalSegment last = stop.segment().get();
    reporter.info("check archive for segment(s) " + first + ":" + last);
    List<ArchivePath> segments = archiveWait(info).awaitAll(first, last, control.walSegmentSize());
    if (!request.archive().copy()) {
      return;
    }
    ArchiveInfo archiveInfo = repository.infos(request.stanza()).archiveInfo();
    for (ArchivePath segment : segments) {
      reporter.log(Reporter.Level.DETAIL, "copy segment " + segment.segment() + " to backup");
      try (InputStream wal = repository.openWal(request.stanza(), archiveInfo, segment)) {
        added.store("pg_data/pg_wal/" + segment.segment(), wal, stopSeconds);
      } catch (IOException e) {
        throw new HoldfastException(
            ErrorCode.FILE_READ, "unable to read '" + segment.path(request.stanza()) + "'", e);
      }
    }
  }

  /** With hardlinks, the backup's directory shows every file, whichever backup stored it. */
  private void linkUnchanged(Manifest manifest) {
    if (!manifest.options().hardlink() || !storage.features().contains(StorageFeature.HARD_LINK)) {
      return;
    }
    for (ManifestFile file : manifest.files()) {
      if (file.reference() != null && !file.isBundled()) {
        String existing = Repository.filePath(request.stanza(), manifest, file);
        storage.createHardLink(
            existing, Repository.filePath(request.stanza(), manifest, file.withReference(null)));
      }
    }
  }
}

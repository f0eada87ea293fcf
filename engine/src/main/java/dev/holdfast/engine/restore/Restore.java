package dev.holdfast.engine.restore;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ByteCount;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.work.StoredFileQueue;
import dev.holdfast.engine.work.WorkerPool;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.storage.posix.LocalFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Restores a backup set. See the package's story for the order of what happens. */
public final class Restore {
  static final String CONTROL_NAME = "pg_data/global/pg_control";

  /** What pg_control is called until everything else is durable. */
  static final String CONTROL_SUFFIX = ".pgbackrest.tmp";

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private final RestoreRequest request;
  private final Clock clock;
  private final Reporter reporter;

  /**
   * What a restore did.
   *
   * @param label the backup set
   * @param repositoryKey where it came from
   * @param files how many files the set has
   * @param bytes their size
   * @param copiedBytes the size of those that were written rather than kept
   */
  public record Result(
      BackupLabel label, int repositoryKey, int files, long bytes, long copiedBytes) {}

  /** Prepares a restore; {@link #run} does it. */
  public Restore(RestoreRequest request, Clock clock, Reporter reporter) {
    this.request = request;
    this.clock = clock;
    this.reporter = reporter;
  }

  /**
   * Restores. On an error the directory cannot be started, and the same call with delta finishes
   * it.
   */
  public Result run() {
    Path pgPath = request.pgPath();
    DestinationPreparation.refuseWhileRunning(pgPath);
    boolean delta = request.delta();
    boolean force = request.force();
    if ((delta || force) && !DestinationPreparation.looksLikeACluster(pgPath)) {
      reporter.warn(
          "--delta or --force specified but unable to find 'PG_VERSION' or 'backup.manifest' in '"
              + pgPath
              + "' to confirm that this is a valid $PGDATA directory. --delta and --force have been"
              + " disabled and if any files exist in the destination directories the restore will"
              + " be aborted.");
      delta = false;
      force = false;
    }
    SpoolReset.clear(request.spoolPath(), request.stanza());

    BackupSetChoice.Choice choice = new BackupSetChoice(request, reporter).choose();
    Repository repository = choice.repository();
    Manifest manifest = choice.manifest();
    RecoveryTarget target = target(manifest);
    if (manifest.options().online()) {
      checkTimeline(repository, manifest, target);
    }
    reporter.info(
        "repo"
            + repository.key()
            + ": restore backup set "
            + manifest.data().label()
            + (manifest.options().online()
                ? ", recovery will start at " + local(manifest.data().timestampStart())
                : ""));

    TargetMapping mapping = TargetMapping.of(manifest, pgPath, request.targets(), reporter);
    boolean privileged = "root".equals(System.getProperty("user.name"));
    Ownership ownership = new Ownership(privileged, pgPath);
    reportOwners(manifest, ownership);
    SelectiveRestore selection = SelectiveRestore.of(manifest, request.databases(), reporter);
    new DestinationPreparation(
            manifest, mapping, ownership, privileged, preserved(target), reporter)
        .prepare(delta || force);
    mark(pgPath);

    StoredFileQueue queue = StoredFileQueue.of(manifest, file -> isSkipped(file, target));
    long copied =
        restoreFiles(
            repository,
            manifest,
            mapping,
            ownership,
            selection,
            queue,
            // Force alone writes everything anew.
            delta,
            force && delta);

    writeRecovery(pgPath, target, ownership, manifest);
    FileSystemSync.sync(mapping, reporter);
    unmark(pgPath);
    restoreControl(pgPath, manifest);
    reporter.info(
        "restore size = "
            + new ByteCount(queue.totalBytes())
            + ", file total = "
            + manifest.files().size());
    return new Result(
        manifest.data().label(),
        repository.key(),
        manifest.files().size(),
        queue.totalBytes(),
        copied);
  }

  private RecoveryTarget target(Manifest manifest) {
    // Recovery of an offline backup fails where wal_level is minimal, so it is only done on
    // request.
    return request
        .target()
        .orElse(
            manifest.options().online()
                ? RecoveryTarget.END
                : RecoveryTarget.END.withoutRecovery());
  }

  private void checkTimeline(Repository repository, Manifest manifest, RecoveryTarget target) {
    WalSegment start = manifest.data().archiveStart();
    Lsn startLsn = manifest.data().lsnStart();
    if (start == null || startLsn == null) {
      return;
    }
    ArchiveHistories histories = new ArchiveHistories(repository, request.stanza(), manifest);
    new TimelineCheck(histories.latest(), histories::read)
        .check(start.timeline(), startLsn, target);
  }

  private void reportOwners(Manifest manifest, Ownership ownership) {
    Set<String> users = new HashSet<>();
    Set<String> groups = new HashSet<>();
    for (ManifestFile file : manifest.files()) {
      users.add(file.user());
      groups.add(file.group());
    }
    ownership.report(users, groups, reporter);
  }

  private static Set<String> preserved(RecoveryTarget target) {
    return target.type() == RecoveryType.PRESERVE
        ? Set.of("postgresql.auto.conf", "recovery.signal", "standby.signal")
        : Set.of();
  }

  /** tablespace_map would make PostgreSQL undo the mapping; the links are made here instead. */
  private static boolean isSkipped(ManifestFile file, RecoveryTarget target) {
    return file.name().equals("pg_data/tablespace_map")
        || (target.type() == RecoveryType.PRESERVE
            && file.name().equals("pg_data/postgresql.auto.conf"));
  }

  private long restoreFiles(
      Repository repository,
      Manifest manifest,
      TargetMapping mapping,
      Ownership ownership,
      SelectiveRestore selection,
      StoredFileQueue queue,
      boolean keepExisting,
      boolean trustTimes) {
    AtomicLong done = new AtomicLong();
    AtomicLong copied = new AtomicLong();
    try (LocalFiles localFiles = new LocalFiles(request.workers())) {
      WorkerPool.run(
          "restore",
          request.workers(),
          queue.jobs(),
          worker ->
              new FileRestore(
                      repository,
                      request.stanza(),
                      manifest,
                      mapping,
                      selection,
                      new ExistingFile(
                          keepExisting, trustTimes, manifest.data().timestampCopyStart()),
                      new RestoredFile(localFiles, ownership),
                      new BlockRestore(repository, request.stanza(), manifest, keepExisting),
                      new FileRestore.Listener() {
                        @Override
                        public void wrote(long bytes) {
                          copied.addAndGet(bytes);
                          progress(done.addAndGet(bytes), queue);
                        }

                        @Override
                        public void done(ManifestFile file, Outcome outcome) {
                          if (outcome != Outcome.COPIED) {
                            progress(done.addAndGet(file.size()), queue);
                          }
                          detail(worker, mapping, file, outcome);
                        }
                      })
                  ::run);
    } catch (HoldfastException e) {
      throw otherRepository(repository).map(hint -> withHint(e, hint)).orElse(e);
    }
    return copied.get();
  }

  private static HoldfastException withHint(HoldfastException error, String hint) {
    List<String> hints = new ArrayList<>(error.hints());
    hints.add(hint);
    return new HoldfastException(
        error.code(), String.valueOf(error.getMessage()), error, hints.toArray(String[]::new));
  }

  /** Where to go on when this repository failed in the middle. */
  private Optional<String> otherRepository(Repository failed) {
    return request.repositories().stream()
        .filter(other -> other.key() != failed.key())
        .findFirst()
        .map(other ->
            "If repo"
                + failed.key()
                + " is at fault, continue from another repository: the same restore with --repo="
                + other.key()
                + " --delta.");
  }

  private void progress(long done, StoredFileQueue queue) {
    reporter.progress(new Reporter.Progress("restore", done, queue.totalBytes()));
  }

  private void detail(
      int worker, TargetMapping mapping, ManifestFile file, FileRestore.Listener.Outcome outcome) {
    if (!reporter.shows(Reporter.Level.DETAIL)) {
      return;
    }
    reporter.log(
        Reporter.Level.DETAIL,
        worker,
        "restore "
            + (outcome == FileRestore.Listener.Outcome.ZEROED && file.size() != 0 ? "zeroed " : "")
            + "file "
            + mapping.path(file.name())
            + (outcome == FileRestore.Listener.Outcome.PRESERVED
                ? " - exists and matches backup"
                : "")
            + " ("
            + new ByteCount(file.size())
            + ")"
            + (file.checksum() == null ? "" : " checksum " + file.checksum()));
  }

  private void mark(Path pgPath) {
    write(pgPath.resolve(DestinationPreparation.MANIFEST_MARK), "");
  }

  private void unmark(Path pgPath) {
    try {
      Files.deleteIfExists(pgPath.resolve(DestinationPreparation.MANIFEST_MARK));
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_REMOVE,
          "unable to remove '" + pgPath.resolve(DestinationPreparation.MANIFEST_MARK) + "'",
          e);
    }
    PathSync.sync(pgPath);
  }

  private void writeRecovery(
      Path pgPath, RecoveryTarget target, Ownership ownership, Manifest manifest) {
    Path autoConf = pgPath.resolve("postgresql.auto.conf");
    boolean exists = Files.exists(autoConf);
    if (target.type() == RecoveryType.PRESERVE) {
      if (!exists) {
        reporter.warn(
            "recovery type is preserve but recovery file does not exist at '" + autoConf + "'");
      }
      return;
    }
    if (!exists) {
      reporter.warn("postgresql.auto.conf does not exist -- creating to contain recovery settings");
    }
    RecoverySettings settings =
        new RecoverySettings(
            target,
            request.recovery().options(),
            request.recovery().archiveModeOff(),
            request.recovery().restoreCommand());
    reporter.info("write " + (exists ? "updated " : "") + autoConf);
    try {
      String existing = exists ? Files.readString(autoConf, StandardCharsets.UTF_8) : "";
      writeOwned(
          autoConf,
          settings.appendTo(existing, local(clock.instant().getEpochSecond())),
          ownership,
          manifest);
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read '" + autoConf + "'", e);
    }
    if (target.type() == RecoveryType.STANDBY) {
      writeOwned(pgPath.resolve("standby.signal"), "", ownership, manifest);
    } else if (target.type() != RecoveryType.NONE) {
      writeOwned(pgPath.resolve("recovery.signal"), "", ownership, manifest);
    }
  }

  private static void writeOwned(Path path, String text, Ownership ownership, Manifest manifest) {
    write(path, text);
    try {
      Files.setAttribute(path, "unix:mode", 0600);
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_MODE, "unable to set mode for '" + path + "'", e);
    }
    manifest
        .path(TargetMapping.PG_DATA)
        .ifPresent(base -> ownership.apply(path, base.user(), base.group()));
  }

  private static void write(Path path, String text) {
    try {
      Files.writeString(path, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + path + "': " + e.getMessage(), e);
    }
  }

  /** The last step: from its rename on, and not before, the cluster can be started. */
  private void restoreControl(Path pgPath, Manifest manifest) {
    Path control = pgPath.resolve(DestinationPreparation.CONTROL);
    Path unfinished = control.resolveSibling(control.getFileName() + CONTROL_SUFFIX);
    if (!Files.exists(unfinished)) {
      reporter.warn("backup does not contain 'global/pg_control' -- cluster will not start");
      return;
    }
    try {
      if (manifest.options().online()) {
        // Without its backup_label the copy is not consistent: a checkpoint that cannot be found
        // keeps anybody from starting it after removing that file.
        FileTime time = Files.getLastModifiedTime(unfinished);
        Files.write(
            unfinished,
            PgControlFile.of(Files.readAllBytes(unfinished), manifest.cluster().version())
                .withInvalidCheckpoint(manifest.cluster().version())
                .bytes());
        Files.setLastModifiedTime(unfinished, time);
      }
      PathSync.sync(unfinished);
      reporter.info(
          "restore global/pg_control (performed last to ensure aborted restores cannot be"
              + " started)");
      Files.move(unfinished, control, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MOVE, "unable to put '" + control + "' in place: " + e.getMessage(), e);
    }
    PathSync.sync(pgPath.resolve("global"));
  }

  private String local(long epochSeconds) {
    return TIME.format(
        LocalDateTime.ofInstant(Instant.ofEpochSecond(epochSeconds), request.zone()));
  }
}

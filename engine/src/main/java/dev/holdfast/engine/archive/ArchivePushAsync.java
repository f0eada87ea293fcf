package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Deadline;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.work.ComputeSlots;
import dev.holdfast.engine.work.WorkerPool;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * archive-push that looks ahead: the background pushes all that is ready, in parallel, and the
 * foreground only waits for the acknowledgement of the file that PostgreSQL names.
 *
 * <p>PostgreSQL names one file at a time, so that most acknowledgements are there before they are
 * asked for. What a crash leaves: acknowledgements are written after the file is durable in every
 * repository, so that a lost one means a second push, which finds the file in place.
 */
public final class ArchivePushAsync {
  private final ArchivePushRequest request;
  private final AsyncSettings settings;
  private final ArchiveLock lock;
  private final Reporter reporter;

  /** A push of one cluster's WAL. */
  public ArchivePushAsync(
      ArchivePushRequest request, AsyncSettings settings, ArchiveLock lock, Reporter reporter) {
    this.request = request;
    this.settings = settings;
    this.lock = lock;
    this.reporter = reporter;
  }

  /**
   * Waits until the background has dealt with a file, and starts it if nobody else did.
   *
   * @param walFile its absolute path
   * @throws HoldfastException the background's error; archive-timeout (82)
   */
  public void awaitPush(Path walFile, BackgroundProcess background) {
    if (request.pgPath().isEmpty()) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "'archive-push' command in async mode requires option 'pg1-path'");
    }
    String name = ArchivePush.fileName(walFile);
    ArchiveSpool spool = ArchiveSpool.out(settings.spoolPath(), request.stanza());
    PushAcknowledgements acknowledgements =
        new PushAcknowledgements(spool, ArchivePush.directory(walFile));
    Deadline deadline = Deadline.in(settings.timeout());
    boolean started = false;
    boolean throwErrors = false;
    do {
      if (isPushed(acknowledgements, name, throwErrors)) {
        reporter.info("pushed WAL file '" + name + "' to the archive asynchronously");
        return;
      }
      // The lock tells whether a background is at work; one run is enough for what is ready now.
      if (!started && lock.isFree()) {
        spool.create();
        spool.clearErrors(name);
        background.start(List.of(ArchivePush.directory(walFile).toString()));
        started = true;
      }
      // An error that was there before gave way to the new run; from now on errors count.
      throwErrors = true;
    } while (deadline.pause());
    throw new HoldfastException(
        ErrorCode.ARCHIVE_TIMEOUT,
        "unable to push WAL file '%s' to the archive asynchronously after %s second(s)"
            .formatted(name, Seconds.format(settings.timeout())),
        "check the asynchronous archive-push log for errors.");
  }

  private boolean isPushed(
      PushAcknowledgements acknowledgements, String name, boolean throwErrors) {
    Optional<SpoolStatus> status = acknowledgements.status(name);
    if (status.isEmpty()) {
      return false;
    }
    return switch (status.get()) {
      case SpoolStatus.Done(int code, String _, String message) -> {
        if (!message.isEmpty()) {
          reporter.warn(
              code == 0
                  ? message
                  : "WAL segment '%s' was not pushed due to error [%d] and was manually skipped: %s"
                      .formatted(name, code, message));
        }
        yield true;
      }
      case SpoolStatus.Failed failed -> {
        if (throwErrors) {
          throw failed.error();
        }
        yield false;
      }
    };
  }

  /**
   * Pushes one file that PostgreSQL has not listed as ready, and leaves no acknowledgement.
   *
   * @throws HoldfastException see {@link ArchivePush#push}; lock-acquire (50)
   */
  public void pushAlone(Path walFile) {
    lock.whenFree(settings.timeout(), () -> new ArchivePush(request, reporter).push(walFile));
  }

  /**
   * Whether anything is ready that nobody has pushed or tried to push. What failed waits until
   * PostgreSQL asks again, which it does in growing intervals.
   */
  public boolean hasWork(Path walDirectory) {
    ArchiveSpool spool = ArchiveSpool.out(settings.spoolPath(), request.stanza());
    PushAcknowledgements acknowledgements = new PushAcknowledgements(spool, walDirectory);
    boolean work = false;
    for (String name : ReadyWal.of(walDirectory).names()) {
      Optional<SpoolStatus> status = acknowledgements.status(name);
      if (status.isPresent() && status.get() instanceof SpoolStatus.Failed) {
        return false;
      }
      work |= status.isEmpty();
    }
    return work;
  }

  /**
   * The background: pushes what is ready. An error of one file ends the run after the files in
   * work, so that the queue is measured again soon.
   *
   * @param walDirectory the directory of the WAL
   */
  public void pushReady(Path walDirectory) {
    lock.ifFree(() -> {
      ArchiveSpool spool = ArchiveSpool.out(settings.spoolPath(), request.stanza());
      try {
        spool.create();
        pushReady(walDirectory, spool);
      } catch (HoldfastException e) {
        spool.failAll(e.code().number(), RepositoryErrors.text(e));
        throw e;
      }
    });
  }

  private void pushReady(Path walDirectory, ArchiveSpool spool) {
    ReadyWal ready = ReadyWal.of(walDirectory);
    PushAcknowledgements acknowledgements = new PushAcknowledgements(spool, walDirectory);
    List<String> files = unacknowledged(ready, spool, acknowledgements);
    if (files.isEmpty()) {
      // PostgreSQL got its acknowledgement from an earlier run between the start and here.
      return;
    }
    boolean drop = request.queueMax().isPresent() && ready.exceeds(request.queueMax().getAsLong());
    if (drop) {
      announce(files);
      for (String file : files) {
        drop(walDirectory, file, acknowledgements);
      }
      return;
    }
    files = ready.firstBatch(files, settings.queueBytes());
    announce(files);
    ComputeSlots slots = new ComputeSlots(settings.workers());
    SegmentPush push = new ArchivePush(request, reporter).segmentPush(slots);
    AtomicBoolean failed = new AtomicBoolean();
    WorkerPool.run(
        "wal",
        slots.threads(),
        files,
        worker ->
            file -> {
              Path walFile = walDirectory.resolve(file);
              if (!failed.get()
                  && !slots.compute(() -> push(push, spool, acknowledgements, worker, walFile))) {
                failed.set(true);
              }
            });
    if (failed.get()) {
      reporter.warn(
          "stopped archive-push after an error, remaining WAL will be processed on the next run");
    }
  }

  private void announce(List<String> files) {
    reporter.info(
        "push %d WAL file(s) to archive: %s%s"
            .formatted(
                files.size(), files.getFirst(), files.size() == 1 ? "" : "..." + files.getLast()));
  }

  /** The record comes before the acknowledgement: once PostgreSQL has that, the WAL is gone. */
  private void drop(Path walDirectory, String file, PushAcknowledgements acknowledgements) {
    String warning = ReadyWal.dropWarning(file, request.queueMax().getAsLong());
    WalFileIdentity identity = WalFileIdentity.of(walDirectory.resolve(file));
    request.gaps().record(file, warning);
    acknowledgements.write(file, identity, List.of(warning));
    reporter.warn(warning);
  }

  private boolean push(
      SegmentPush push,
      ArchiveSpool spool,
      PushAcknowledgements acknowledgements,
      int worker,
      Path walFile) {
    String file = ArchivePush.fileName(walFile);
    try {
      WalFileIdentity identity = WalFileIdentity.of(walFile);
      List<String> warnings = push.push(walFile, file);
      for (String warning : warnings) {
        reporter.log(Reporter.Level.WARN, worker, warning);
      }
      reporter.log(Reporter.Level.DETAIL, worker, "pushed WAL file '" + file + "' to the archive");
      acknowledgements.write(file, identity, warnings);
      return true;
    } catch (HoldfastException e) {
      String message = RepositoryErrors.text(e);
      reporter.log(
          Reporter.Level.WARN,
          worker,
          "could not push WAL file '%s' to the archive (will be retried): [%d] %s"
              .formatted(file, e.code().number(), message));
      spool.fail(file, e.code().number(), message);
      return false;
    }
  }

  /**
   * What is ready and not dealt with yet. Acknowledgements that PostgreSQL has taken, errors and
   * everything else are removed from the spool.
   */
  private static List<String> unacknowledged(
      ReadyWal ready, ArchiveSpool spool, PushAcknowledgements acknowledgements) {
    Set<String> waiting = new HashSet<>(ready.names());
    Set<String> acknowledged = new HashSet<>();
    for (String name : spool.names()) {
      String file =
          name.endsWith(ArchiveSpool.OK)
              ? name.substring(0, name.length() - ArchiveSpool.OK.length())
              : "";
      if (!waiting.contains(file)) {
        spool.remove(name);
      } else if (acknowledgements.holds(file)) {
        acknowledged.add(file);
      }
    }
    return ready.names().stream().filter(file -> !acknowledged.contains(file)).toList();
  }
}

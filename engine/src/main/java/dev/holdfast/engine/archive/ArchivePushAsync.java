package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Deadline;
import dev.holdfast.engine.Reporter;
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
    Deadline deadline = Deadline.in(settings.timeout());
    boolean started = false;
    boolean throwErrors = false;
    do {
      if (isPushed(spool, name, throwErrors)) {
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

  private boolean isPushed(ArchiveSpool spool, String name, boolean throwErrors) {
    Optional<SpoolStatus> status = spool.status(name);
    if (status.isEmpty()) {
      return false;
    }
    return switch (status.get()) {
      case SpoolStatus.Done(int code, String message) -> {
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
    List<String> files = unacknowledged(ready, spool);
    if (files.isEmpty()) {
      // PostgreSQL got its acknowledgement from an earlier run between the start and here.
      return;
    }
    boolean drop = request.queueMax().isPresent() && ready.exceeds(request.queueMax().getAsLong());
    if (drop) {
      announce(files);
      for (String file : files) {
        String warning = ReadyWal.dropWarning(file, request.queueMax().getAsLong());
        spool.acknowledge(file, List.of(warning));
        reporter.warn(warning);
      }
      return;
    }
    files = ready.firstBatch(files, settings.queueBytes());
    announce(files);
    SegmentPush push = new ArchivePush(request, reporter).segmentPush();
    AtomicBoolean failed = new AtomicBoolean();
    WorkerPool.run(
        "wal",
        settings.workers(),
        files,
        worker ->
            file -> {
              if (!failed.get() && !push(push, spool, worker, walDirectory, file)) {
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

  private boolean push(
      SegmentPush push, ArchiveSpool spool, int worker, Path directory, String file) {
    try {
      List<String> warnings = push.push(directory.resolve(file), file);
      for (String warning : warnings) {
        reporter.log(Reporter.Level.WARN, worker, warning);
      }
      reporter.log(Reporter.Level.DETAIL, worker, "pushed WAL file '" + file + "' to the archive");
      spool.acknowledge(file, warnings);
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
  private static List<String> unacknowledged(ReadyWal ready, ArchiveSpool spool) {
    Set<String> waiting = new HashSet<>(ready.names());
    Set<String> acknowledged = new HashSet<>();
    for (String name : spool.names()) {
      String file =
          name.endsWith(ArchiveSpool.OK)
              ? name.substring(0, name.length() - ArchiveSpool.OK.length())
              : "";
      if (waiting.contains(file)) {
        acknowledged.add(file);
      } else {
        spool.remove(name);
      }
    }
    return ready.names().stream().filter(file -> !acknowledged.contains(file)).toList();
  }
}

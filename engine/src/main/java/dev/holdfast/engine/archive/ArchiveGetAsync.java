package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.engine.Deadline;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.work.ComputeSlots;
import dev.holdfast.engine.work.WorkerPool;
import dev.holdfast.postgres.control.PgControlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * archive-get that fetches ahead: the background keeps the next segments in the spool, and the
 * foreground moves the one that PostgreSQL names into place.
 *
 * <p>Whatever an earlier recovery left in the spool is not believed: an acknowledgement that a
 * segment is missing counts only when it was written by a background that was started for this
 * request, and segments outside the queue's range are removed.
 */
public final class ArchiveGetAsync {
  private final ArchiveGetRequest request;
  private final AsyncSettings settings;
  private final boolean retryMissing;
  private final ArchiveLock lock;
  private final Reporter reporter;

  /**
   * A get of one cluster's WAL.
   *
   * @param retryMissing whether a segment that an earlier run did not find is looked for again
   *     (archive-missing-retry)
   */
  public ArchiveGetAsync(
      ArchiveGetRequest request,
      AsyncSettings settings,
      boolean retryMissing,
      ArchiveLock lock,
      Reporter reporter) {
    this.request = request;
    this.settings = settings;
    this.retryMissing = retryMissing;
    this.lock = lock;
    this.reporter = reporter;
  }

  /**
   * Delivers a segment from the spool, and keeps the spool filled.
   *
   * @return false if the archive does not have it
   * @throws HoldfastException the background's error; archive-timeout (82)
   */
  public boolean get(String walFile, Path destination, BackgroundProcess background) {
    if (!WalFileName.isSegment(walFile) || walFile.endsWith(WalFileName.PARTIAL)) {
      return new ArchiveGet(request, reporter).get(walFile, destination);
    }
    WalSegment segment = WalSegment.parse(walFile);
    ArchiveSpool spool = ArchiveSpool.in(settings.spoolPath(), request.stanza());
    Deadline deadline = Deadline.in(settings.timeout());
    boolean first = true;
    BackgroundProcess.@Nullable Running running = null;
    do {
      boolean found = spool.holds(walFile);
      boolean lookAgain = first && retryMissing;
      if (isDone(spool, walFile, !first, found || !lookAgain)) {
        spool.remove(walFile + ArchiveSpool.OK);
        if (!found && !lookAgain) {
          reporter.info("unable to find " + walFile + " in the archive asynchronously");
          return new StreamedTail(request, reporter).isWanted(walFile)
              && new ArchiveGet(request, reporter).get(walFile, destination);
        }
      }
      boolean full = false;
      if (found) {
        FileFetch.move(spool.path(walFile), destination);
        reporter.info("found " + walFile + " in the archive asynchronously");
        full = isHalfFull(spool, size(destination));
      }
      if (running == null && !full && lock.isFree()) {
        running = start(spool, segment, found, background);
      } else if (!found && !first && (running == null || !running.isAlive())) {
        // Somebody else's background fills the queue for another request, or ours has failed.
        return new ArchiveGet(request, reporter).get(walFile, destination);
      }
      if (found) {
        return true;
      }
      first = false;
    } while (deadline.pause());
    throw new HoldfastException(
        ErrorCode.ARCHIVE_TIMEOUT,
        "unable to get WAL file '%s' from the archive asynchronously after %s second(s)"
            .formatted(walFile, Seconds.format(settings.timeout())),
        "check the asynchronous archive-get log for errors.");
  }

  /**
   * Keeps the spool filled for a recovery that took a segment from it by itself.
   *
   * @param walFile the segment that was taken
   */
  public void fetchOn(String walFile, BackgroundProcess background) {
    if (!WalSegment.isName(walFile)) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID, "'" + walFile + "' is not the name of a WAL segment");
    }
    ArchiveSpool spool = ArchiveSpool.in(settings.spoolPath(), request.stanza());
    if (!isHalfFull(spool, segmentSize().bytes()) && lock.isFree()) {
      start(spool, WalSegment.parse(walFile), true, background);
    }
  }

  private WalSegmentSize segmentSize() {
    return PgControlFile.read(request.pgPath(), request.forcedVersion().orElse(null))
        .control()
        .walSegmentSize();
  }

  /** Deals with a status file; true if it says that there is nothing (more) to wait for. */
  private boolean isDone(ArchiveSpool spool, String walFile, boolean throwErrors, boolean warn) {
    Optional<SpoolStatus> status = spool.status(walFile);
    if (status.isEmpty()) {
      return false;
    }
    return switch (status.get()) {
      case SpoolStatus.Done(int code, String _, String message) -> {
        if (warn && !message.isEmpty()) {
          reporter.warn(code == 0 ? message : "[" + code + "] " + message);
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

  private boolean isHalfFull(ArchiveSpool spool, long segmentBytes) {
    long segments = spool.names().stream().filter(WalSegment::isName).count();
    return segments * segmentBytes > settings.queueBytes() / 2;
  }

  private static long size(Path delivered) {
    try {
      return Files.size(delivered);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_INFO, "unable to get info for '" + delivered + "'", e);
    }
  }

  private BackgroundProcess.@Nullable Running start(
      ArchiveSpool spool, WalSegment segment, boolean found, BackgroundProcess background) {
    spool.create();
    GetQueue queue =
        GetQueue.plan(segment, found, spool.names(), settings.queueBytes(), segmentSize());
    for (String name : queue.obsolete()) {
      spool.remove(name);
    }
    spool.clearErrors(segment.toString());
    List<String> needed = queue.needed().stream().map(WalSegment::toString).toList();
    return needed.isEmpty() ? null : background.start(needed);
  }

  /**
   * The background: fetches segments into the spool until one is missing.
   *
   * @param segments in the order in which PostgreSQL will ask for them
   */
  public void fetchAhead(List<String> segments) {
    if (segments.isEmpty()) {
      throw new HoldfastException(ErrorCode.PARAM_INVALID, "at least one wal segment is required");
    }
    lock.ifFree(() -> {
      ArchiveSpool spool = ArchiveSpool.in(settings.spoolPath(), request.stanza());
      try {
        spool.create();
        fetchAhead(segments, spool);
      } catch (HoldfastException e) {
        spool.failAll(e.code().number(), RepositoryErrors.text(e));
        throw e;
      }
    });
  }

  private void fetchAhead(List<String> segments, ArchiveSpool spool) {
    reporter.info(
        "get %d WAL file(s) from archive: %s%s"
            .formatted(
                segments.size(),
                segments.getFirst(),
                segments.size() == 1 ? "" : "..." + segments.getLast()));
    ArchiveLookup lookup;
    try {
      lookup = new ArchiveGet(request, reporter).lookup();
    } catch (ArchiveLookup.Unanswered e) {
      reporter.warn("[" + e.code().typeName() + "] " + RepositoryErrors.text(e));
      spool.failAll(e.code().number(), withWarnings(e));
      return;
    }
    // What is found before a gap is delivered, whatever is wrong behind it.
    Map<String, ArchiveLookup.Found> found = new LinkedHashMap<>();
    String end = "";
    ArchiveLookup.@Nullable Unanswered error = null;
    for (String segment : segments) {
      end = segment;
      try {
        ArchiveLookup.Found copies = lookup.find(segment);
        if (copies.copies().isEmpty()) {
          break;
        }
        found.put(segment, copies);
        end = "";
      } catch (ArchiveLookup.Unanswered e) {
        error = e;
        break;
      }
    }
    ComputeSlots slots = new ComputeSlots(settings.workers());
    WorkerPool.run(
        "wal",
        slots.threads(),
        found.entrySet(),
        worker -> entry -> fetch(spool, worker, entry.getKey(), entry.getValue(), slots));
    if (error != null) {
      reporter.warn("[" + error.code().typeName() + "] " + RepositoryErrors.text(error));
      spool.fail(end, error.code().number(), withWarnings(error));
    } else if (!end.isEmpty()) {
      // Last of all, so that the foreground can start another run at once that looks again.
      reporter.detail("unable to find " + end + " in the archive");
      spool.acknowledge(end, lookup.warnings());
    }
  }

  private static String withWarnings(ArchiveLookup.Unanswered error) {
    List<String> lines = new ArrayList<>();
    lines.add(RepositoryErrors.text(error));
    lines.addAll(error.warnings());
    return String.join("\n", lines);
  }

  private void fetch(
      ArchiveSpool spool,
      int worker,
      String segment,
      ArchiveLookup.Found found,
      ComputeSlots slots) {
    List<String> warnings = new ArrayList<>(found.warnings());
    try {
      Path destination = spool.path(segment);
      FileFetch fetch = FileFetch.toTemporary(segment, found.copies(), destination, slots);
      for (String warning : fetch.warnings()) {
        reporter.log(Reporter.Level.WARN, worker, warning);
      }
      warnings.addAll(fetch.warnings());
      if (!warnings.isEmpty()) {
        // Before the segment: whoever finds the segment also finds its warnings.
        spool.acknowledge(segment, warnings);
      }
      reporter.log(Reporter.Level.DETAIL, worker, ArchiveGet.foundMessage(segment, fetch));
      fetch.moveTo(destination);
    } catch (HoldfastException e) {
      List<String> lines = new ArrayList<>();
      lines.add(RepositoryErrors.text(e));
      lines.addAll(warnings);
      reporter.log(
          Reporter.Level.WARN, worker, "[" + e.code().typeName() + "] " + lines.getFirst());
      spool.fail(segment, e.code().number(), String.join("\n", lines));
    }
  }
}

package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.work.ComputeSlots;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.control.WalHeader;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * After a promotion: pushes the segments of the timelines before that this server received as a
 * standby and the old primary never archived. PostgreSQL takes such segments for archived (a
 * standby marks them as done), so nobody else would, and the archive would have a gap before the
 * promotion.
 *
 * <p>Once for each timeline. What a repository has is left alone; other content under the same name
 * is an error.
 */
public final class InheritedWal implements WalSink {
  private final ArchivePushRequest request;
  private final Path pgPath;
  private final ArchiveLock lock;
  private final Duration timeout;
  private final Reporter reporter;
  private @Nullable Timeline done;

  /**
   * Pushes into the request's repositories.
   *
   * @param pgPath the data directory
   * @param timeout how long to wait for the archive lock
   */
  public InheritedWal(
      ArchivePushRequest request,
      Path pgPath,
      ArchiveLock lock,
      Duration timeout,
      Reporter reporter) {
    this.request = request.withoutModeCheck();
    this.pgPath = pgPath;
    this.lock = lock;
    this.timeout = timeout;
    this.reporter = reporter;
  }

  @Override
  public String name() {
    return "WAL of the timelines before";
  }

  @Override
  public void advance(Timeline timeline, Lsn flushed) {
    if (timeline.equals(done)) {
      return;
    }
    Path file = pgPath.resolve("pg_wal").resolve(timeline.historyFileName());
    // The first timeline has none; nor has a copy of a server that was promoted long ago.
    if (Files.exists(file)) {
      List<WalSegment> inherited = inherited(read(timeline, file));
      if (!inherited.isEmpty()) {
        lock.whenFree(timeout, () -> push(inherited));
      }
    }
    done = timeline;
  }

  private static TimelineHistory read(Timeline timeline, Path file) {
    try {
      return TimelineHistory.parse(timeline, Files.readString(file));
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read '" + file + "'", e);
    }
  }

  /** The segments in {@code pg_wal} that lie before their timeline was left. */
  private List<WalSegment> inherited(TimelineHistory history) {
    WalSegmentSize size =
        PgControlFile.read(pgPath, request.forcedVersion().orElse(null)).control().walSegmentSize();
    List<WalSegment> inherited = new ArrayList<>();
    Path directory = pgPath.resolve("pg_wal");
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (!WalSegment.isName(name)) {
          continue;
        }
        WalSegment segment = WalSegment.parse(name);
        Lsn end = segment.start(size).plus(size.bytes());
        Lsn left = history.switchPoint(segment.timeline()).orElse(null);
        if (left != null && end.compareTo(left) <= 0 && isItself(file, segment, size)) {
          inherited.add(segment);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new HoldfastException(
          ErrorCode.PATH_OPEN, "unable to list files in directory '" + directory + "'", e);
    }
    inherited.sort(null);
    return inherited;
  }

  /** A file that waits to be reused has the name of a segment to come, and an old one's content. */
  private boolean isItself(Path file, WalSegment segment, WalSegmentSize size) {
    return WalHeader.read(file, request.forcedVersion().orElse(null))
        .start()
        .equals(segment.start(size));
  }

  private void push(List<WalSegment> inherited) {
    ComputeSlots slots = new ComputeSlots(1);
    SegmentPush push = new ArchivePush(request, reporter).segmentPush(slots);
    @Nullable HoldfastException failure = null;
    for (WalSegment segment : inherited) {
      try {
        slots.compute(() -> push(push, segment.toString()));
      } catch (HoldfastException e) {
        // One that differs from what the archive has must not keep the others.
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Whether it was missing. */
  private boolean push(SegmentPush push, String name) {
    boolean missing = !push.isArchived(name);
    if (missing) {
      push.push(pgPath.resolve("pg_wal").resolve(name), name);
      reporter.info(
          "pushed WAL file '" + name + "', which was received and never archived, to the archive");
    }
    return missing;
  }
}

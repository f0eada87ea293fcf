package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The timelines of the WAL in a data directory. */
public final class WalTimelines {
  private static final String EMPTY = "";

  private final Path data;
  private final Path wal;
  private @Nullable WalSegmentSize size;

  /** Of one data directory. */
  public WalTimelines(Path data) {
    this.data = data;
    this.wal = data.resolve("pg_wal");
  }

  /**
   * The timeline on which the last byte before an LSN was received: the newest of which there is
   * the segment, and the history. A segment is not prepared under a newer timeline before something
   * of it comes; a promotion makes it a moment before the history.
   *
   * @throws HoldfastException file-missing (55) when there is no such segment
   */
  public Timeline containing(Lsn end) {
    String suffix =
        WalSegment.endingAt(new Timeline(1), end, segmentSize()).toString().substring(8);
    long newest = 0;
    try (DirectoryStream<Path> segments = Files.newDirectoryStream(wal, "????????" + suffix)) {
      for (Path segment : segments) {
        WalSegment one = WalSegment.parse(String.valueOf(segment.getFileName()));
        if (one.timeline().number() > newest && hasHistory(one.timeline())) {
          newest = one.timeline().number();
        }
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to list '" + wal + "': " + e.getMessage(), e);
    }
    if (newest == 0) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "'" + wal + "' has no segment that ends at " + end);
    }
    return new Timeline(newest);
  }

  /**
   * The segment that a standby at an LSN needs next, of a server that writes along a history. In
   * the segment in which a timeline ends, that is the one of the timeline after it, which begins
   * with a copy of what was there.
   */
  public WalSegment needed(Lsn from, TimelineHistory line) {
    return needed(WalSegment.containing(line.timeline(), from, segmentSize()), line);
  }

  /** The same for a standby that is somewhere in a segment, whatever timeline it takes it from. */
  public WalSegment needed(WalSegment segment, TimelineHistory line) {
    Lsn end = segment.next(segmentSize()).start(segmentSize());
    Timeline last =
        line.ancestors().stream()
            .filter(ancestor -> ancestor.switchPoint().compareTo(end) >= 0)
            .map(TimelineHistory.Ancestor::timeline)
            .findFirst()
            .orElse(line.timeline());
    return segment.onTimeline(last);
  }

  private boolean hasHistory(Timeline timeline) {
    return timeline.number() == 1 || Files.exists(wal.resolve(timeline.historyFileName()));
  }

  private WalSegmentSize segmentSize() {
    WalSegmentSize known = size;
    if (known == null) {
      known = PgControlFile.read(data, null).control().walSegmentSize();
      size = known;
    }
    return known;
  }

  /** How a timeline came about; the first has no history. */
  public TimelineHistory history(Timeline timeline) {
    if (timeline.number() == 1) {
      return TimelineHistory.parse(timeline, EMPTY);
    }
    Path file = wal.resolve(timeline.historyFileName());
    try {
      return TimelineHistory.parse(timeline, Files.readString(file));
    } catch (IOException e) {
      throw new HoldfastException(
          e instanceof NoSuchFileException ? ErrorCode.FILE_MISSING : ErrorCode.FILE_READ,
          "unable to read '" + file + "': " + e.getMessage(),
          e);
    }
  }

  /**
   * Has the next promotion choose a timeline, by taking the numbers before it: PostgreSQL takes the
   * first of which there is no history. An empty history is that of a timeline that nobody follows.
   *
   * @param from the present timeline
   * @param to the one that is to be chosen
   */
  public void skip(Timeline from, Timeline to) {
    for (long number = from.number() + 1; number < to.number(); number++) {
      Path file = wal.resolve(new Timeline(number).historyFileName());
      if (!Files.exists(file)) {
        DurableFile.write(file, EMPTY.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /**
   * Has the server archive the empty histories of {@link #skip}, once the timeline after them is
   * there: a recovery looks for the latest timeline one by one, and would not see it behind a gap.
   * Before that, it would take one of theirs for the latest.
   *
   * @param present the timeline that is written
   */
  public void archiveSkipped(Timeline present) {
    Path status = wal.resolve("archive_status");
    for (long number = present.number() - 1; number > 1; number--) {
      String name = new Timeline(number).historyFileName();
      try {
        Path file = wal.resolve(name);
        if (Files.exists(file)
            && Files.size(file) == 0
            && !Files.exists(status.resolve(name + ".done"))) {
          DurableFile.write(
              status.resolve(name + ".ready"), EMPTY.getBytes(StandardCharsets.UTF_8));
        }
      } catch (IOException e) {
        throw new HoldfastException(
            ErrorCode.FILE_READ, "unable to look at '" + name + "': " + e.getMessage(), e);
      }
    }
  }
}

package dev.holdfast.postgres.wal;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.postgres.wal.RecoveryTimelines.Stretch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The segments in {@code pg_wal} that a recovery reads. Several timelines may have a file for the
 * same positions; the youngest one's counts, and once one was read none of an older timeline.
 */
final class SegmentFiles {
  private final Path wal;
  private final RecoveryTimelines timelines;
  private final WalSegmentSize size;

  SegmentFiles(Path wal, RecoveryTimelines timelines, WalSegmentSize size) {
    this.wal = wal;
    this.timelines = timelines;
    this.size = size;
  }

  /**
   * The segment that holds the byte at a position.
   *
   * @param oldest the oldest timeline to consider
   */
  Optional<WalSegment> find(Lsn position, Timeline oldest) {
    WalSegment any = WalSegment.containing(oldest, position, size);
    Lsn last = any.start(size).plus(size.bytes() - 1L);
    for (Stretch stretch : timelines.newestFirst()) {
      if (stretch.timeline().compareTo(oldest) < 0) {
        break;
      }
      if (stretch.begin().compareTo(last) <= 0) {
        WalSegment segment = any.onTimeline(stretch.timeline());
        if (Files.exists(path(segment))) {
          return Optional.of(segment);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The segment without which nothing can be said.
   *
   * @throws HoldfastException file-missing (55)
   */
  WalSegment expect(String what, Lsn position, Timeline timeline) {
    return find(position, new Timeline(0))
        .orElseThrow(() ->
            new HoldfastException(
                ErrorCode.FILE_MISSING,
                "'%s' does not exist, which holds the %s at %s"
                    .formatted(
                        path(WalSegment.containing(timeline, position, size)), what, position),
                "PostgreSQL does not start without it; the archive may have it."));
  }

  Path path(WalSegment segment) {
    return wal.resolve(segment.toString());
  }

  /** Makes what the files between two positions hold durable, and their names. */
  void sync(Lsn from, Lsn end) {
    Lsn at = from;
    while (at.compareTo(end) < 0) {
      find(at, new Timeline(0)).ifPresent(segment -> sync(path(segment)));
      at = WalSegment.containing(new Timeline(0), at, size).next(size).start(size);
    }
    sync(wal);
  }

  private static void sync(Path path) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_SYNC, "unable to sync '" + path + "': " + e.getMessage(), e);
    }
  }
}

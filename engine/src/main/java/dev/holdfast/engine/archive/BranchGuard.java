package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.repository.FileEncoding;
import dev.holdfast.repository.archive.ArchiveFinder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Refuses the WAL that an old primary writes after another server was promoted: a history in the
 * archive says that its timeline was left before.
 *
 * <p>Only for clusters that stream their WAL, where a failover is expected: elsewhere such a
 * history may be of a copy that was recovered to a point in time and archives into the same stanza,
 * which must not stop the original. Histories never change, so each is read once; that there are
 * new ones is looked for once a minute, and whenever another timeline is archived. Thread-safe.
 */
public final class BranchGuard {
  private static final long LOOK_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  /** Far above any real history: a promotion adds a line. */
  private static final int LARGEST_BYTES = 1 << 20;

  private final LongSupplier nanoTime;
  private final Map<Integer, Known> repositories = new HashMap<>();

  /** What is known of one repository's archive. */
  private static final class Known {
    final Map<Timeline, TimelineHistory> histories = new HashMap<>();
    Timeline archived = new Timeline(0);
    long lookedNanos;
  }

  /** Knows nothing yet. */
  public BranchGuard() {
    this(System::nanoTime);
  }

  BranchGuard(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Checks that a segment was not written beside the cluster.
   *
   * @throws HoldfastException archive-mismatch (44) if its timeline had been left before its end
   */
  synchronized void check(ArchiveDirectory directory, WalSegment segment, WalSegmentSize size) {
    Lsn end = segment.start(size).plus(size.bytes());
    for (TimelineHistory history : histories(directory, segment.timeline())) {
      Lsn left = history.switchPoint(segment.timeline()).orElse(null);
      if (left != null && left.compareTo(end) < 0) {
        throw new Abandoned(
            "WAL segment %s is of an old primary: timeline %s left timeline %s at %s"
                .formatted(segment, history.timeline(), segment.timeline(), left));
      }
    }
  }

  /** The segment belongs nowhere, whatever other repositories say. */
  static final class Abandoned extends HoldfastException {
    private static final long serialVersionUID = 1L;

    Abandoned(String message) {
      super(
          ErrorCode.ARCHIVE_MISMATCH,
          message,
          "Another server was promoted. Stop this one, and rejoin it as a standby: pg_rewind, or"
              + " restore --type=standby --delta.",
          "What it wrote since then is kept in pg_wal, and is in no archive.");
    }
  }

  private Iterable<TimelineHistory> histories(ArchiveDirectory directory, Timeline archived) {
    Known known = repositories.computeIfAbsent(directory.repositoryKey(), _ -> new Known());
    if (!known.archived.equals(archived)
        || nanoTime.getAsLong() - known.lookedNanos >= LOOK_AGAIN_NANOS) {
      ArchiveFinder finder = new ArchiveFinder(directory.storage(), directory.stanza());
      List<Timeline> timelines = finder.histories(directory.archiveId());
      for (Timeline timeline : timelines) {
        if (!known.histories.containsKey(timeline)) {
          known.histories.put(timeline, read(directory, timeline));
        }
      }
      // One that is not there any more was expired, or the stanza was made anew.
      known.histories.keySet().retainAll(timelines);
      known.archived = archived;
      known.lookedNanos = nanoTime.getAsLong();
    }
    return List.copyOf(known.histories.values());
  }

  private static TimelineHistory read(ArchiveDirectory directory, Timeline timeline) {
    String name = timeline.historyFileName();
    try (InputStream input =
        FileEncoding.encrypted(directory.pass())
            .decode(directory.storage().read(directory.path(name)))) {
      return TimelineHistory.parse(
          timeline, new String(input.readNBytes(LARGEST_BYTES), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + directory.path(name) + "'", e);
    }
  }
}

package dev.holdfast.engine.stream;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the end of the WAL in one repository. Used by one thread.
 *
 * <p>Segments are stored one after the other up to their end, since a tail is of no use behind a
 * gap. A segment that the repository has as a whole is passed over; so are all but the newest when
 * this is far behind: pushing whole segments, several at a time, is what catches up then.
 */
public final class RepositoryTail {
  private static final int FAR_BEHIND_SEGMENTS = 8;

  private final PieceStore store;
  private final TailSource source;
  private final ObsoletePieces obsolete;
  private @Nullable SegmentPieces pieces;

  /** Begins with the segment that is written when it is first told of a position. */
  public RepositoryTail(PieceStore store, TailSource source) {
    this.store = store;
    this.source = source;
    this.obsolete = new ObsoletePieces(store);
  }

  /**
   * Stores what is new, and removes what is not needed any more.
   *
   * @param timeline that is written
   * @param flushed up to where the WAL is durable in {@code pg_wal}
   * @throws HoldfastException what kept it from being stored; the next call tries again, from the
   *     beginning of the segment
   */
  public void advance(Timeline timeline, Lsn flushed) {
    WalSegment newest = WalSegment.containing(timeline, flushed, source.size());
    SegmentPieces current = pieces;
    if (current == null || isElsewhere(current.segment(), newest)) {
      if (current != null) {
        obsolete.await(current.segment());
      }
      current = begin(newest);
    }
    while (!current.segment().equals(newest)) {
      complete(current);
      current = begin(current.segment().next(source.size()));
    }
    current.storeUpTo((int) flushed.minus(newest.start(source.size())));
    obsolete.look(newest);
  }

  private SegmentPieces begin(WalSegment segment) {
    SegmentPieces begun = new SegmentPieces(store, source, obsolete, segment);
    pieces = begun;
    return begun;
  }

  private boolean isElsewhere(WalSegment segment, WalSegment newest) {
    long behind = newest.start(source.size()).minus(segment.start(source.size()));
    return !segment.timeline().equals(newest.timeline())
        || behind < 0
        || behind > (long) FAR_BEHIND_SEGMENTS * source.size().bytes();
  }

  private void complete(SegmentPieces finished) {
    WalSegment segment = finished.segment();
    obsolete.await(segment);
    if (store.list(segment.directory()).whole().contains(segment)) {
      return;
    }
    try {
      finished.storeUpTo(source.size().bytes());
    } catch (HoldfastException e) {
      // PostgreSQL removes a segment, or reuses its file, when every repository has it.
      if (e.code() != ErrorCode.FILE_MISSING && e.code() != ErrorCode.CHECKSUM) {
        throw e;
      }
    }
  }
}

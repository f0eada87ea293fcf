package dev.holdfast.engine.stream;

import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.WalSegment;

/** The pieces that a writer has made of one segment in one repository, and the next one. */
final class SegmentPieces {
  /** A segment of an idle server grows by a few bytes a second for hours. */
  static final int MOST_PIECES = 120;

  private final PieceStore store;
  private final TailSource source;
  private final ObsoletePieces obsolete;
  private final WalSegment segment;
  private int stored;
  private int pieces;
  private Sha1 chain = new Sha1();

  /** Nothing of the segment was stored yet, whatever others have left. */
  SegmentPieces(PieceStore store, TailSource source, ObsoletePieces obsolete, WalSegment segment) {
    this.store = store;
    this.source = source;
    this.obsolete = obsolete;
    this.segment = segment;
  }

  WalSegment segment() {
    return segment;
  }

  /**
   * Stores what is new.
   *
   * @param end up to where the segment's bytes are final
   * @throws HoldfastException whatever kept the piece from being stored; the next one then begins
   *     at 0, since nobody knows what is there
   */
  void storeUpTo(int end) {
    if (end <= stored) {
      return;
    }
    int from = pieces >= MOST_PIECES ? 0 : stored;
    try {
      write(from, end);
      if (from == 0) {
        removeOthers(end);
        pieces = 0;
      }
      pieces++;
      stored = end;
    } catch (HoldfastException e) {
      stored = 0;
      pieces = 0;
      chain = new Sha1();
      throw e;
    }
  }

  private void write(int from, int end) {
    Sha1 whole = from == 0 ? new Sha1() : chain;
    Sha1Hash prefix = whole.copy().hash();
    try (SegmentFile file = source.open(segment)) {
      Sha1 bytes = new Sha1();
      file.digest(from, end, bytes, whole);
      PieceHeader header =
          new PieceHeader(
              source.system(),
              segment,
              source.size(),
              from,
              end - from,
              source.compression(),
              bytes.hash(),
              prefix);
      store.write(
          header,
          source.level(),
          output -> {
            Sha1 written = new Sha1();
            file.copy(from, end, written, output);
            if (!written.hash().equals(header.hash())) {
              throw new HoldfastException(
                  ErrorCode.CHECKSUM,
                  "the WAL segment " + segment + " changed while it was read",
                  "PostgreSQL reuses the file of a segment that was archived: nothing to do.");
            }
          });
    }
    chain = whole;
  }

  /**
   * What was merged, or is left of earlier writers, ends before the piece at 0 does. What begins
   * behind it is of a stranger, and goes at once, since the next piece may have its name.
   */
  private void removeOthers(int end) {
    for (PieceName piece : store.list(segment.directory()).piecesOf(segment)) {
      if (piece.offset() >= end) {
        store.remove(piece);
      } else if (piece.offset() != 0) {
        obsolete.discard(piece);
      }
    }
  }
}

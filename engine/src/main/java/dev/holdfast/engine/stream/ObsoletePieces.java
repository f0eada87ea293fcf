package dev.holdfast.engine.stream;

import dev.holdfast.domain.WalSegment;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Removes pieces that are not needed any more: merged ones, those of segments that are in the
 * repository as a whole, and what earlier writers have left of such segments. A few at a time, and
 * one directory at a time, so that the next piece does not wait for it.
 */
final class ObsoletePieces {
  private static final int MOST_REMOVALS = 20;
  private static final int LONGEST_PAUSE = 60;

  private final PieceStore store;
  private final Queue<PieceName> discarded = new ArrayDeque<>();
  private final Set<String> awaited = new HashSet<>();
  private @Nullable Queue<String> unseen;
  private int pause = 1;
  private int looksUntilNext = 1;

  ObsoletePieces(PieceStore store) {
    this.store = store;
  }

  /** Lets a piece be removed whose bytes are in another one. */
  void discard(PieceName piece) {
    discarded.add(piece);
  }

  /** Remembers that this segment has pieces, and will be there as a whole. */
  void await(WalSegment segment) {
    awaited.add(segment.directory());
    pause = 1;
    looksUntilNext = 1;
  }

  /**
   * Looks and removes once; at growing intervals while there is nothing to remove.
   *
   * @param current the segment whose pieces are needed in any case
   */
  void look(WalSegment current) {
    if (discarded.isEmpty()) {
      find(current);
    }
    for (int count = 0; count < MOST_REMOVALS && !discarded.isEmpty(); count++) {
      store.remove(discarded.element());
      discarded.remove();
    }
  }

  private void find(WalSegment current) {
    if (unseen == null) {
      unseen = new ArrayDeque<>(store.directories());
    }
    String directory = unseen.poll();
    if (directory != null) {
      find(directory, current);
    }
    if (awaited.isEmpty() || --looksUntilNext > 0) {
      return;
    }
    awaited.removeIf(each -> find(each, current));
    pause = Math.min(LONGEST_PAUSE, pause * 2);
    looksUntilNext = pause;
  }

  /** Whether a directory will have no pieces left but those of the current segment. */
  private boolean find(String directory, WalSegment current) {
    PieceStore.Listing listing = store.list(directory);
    Set<WalSegment> whole = new HashSet<>(listing.whole());
    boolean clean = true;
    for (PieceName piece : listing.pieces()) {
      if (whole.contains(piece.segment())) {
        discarded.add(piece);
      } else if (!piece.segment().equals(current)) {
        clean = false;
      }
    }
    return clean;
  }
}

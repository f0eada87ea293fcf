package dev.holdfast.ha.decide;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.TimelineHistory;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far a node's WAL is durable, and along which history it got there. Timelines are compared
 * first: the monitor gives every promotion a number that no other had, so the higher timeline is
 * the later promotion, and whoever was promoted held everything that had been acknowledged.
 *
 * @param history the node's timeline and how it came about
 * @param flushed the end of the WAL that survives a crash of the node
 */
public record Position(TimelineHistory history, Lsn flushed) implements Comparable<Position> {

  /** Whether this is a point that the history passes through: following it needs no rewind. */
  public boolean liesOn(TimelineHistory line) {
    int before = history.ancestors().size();
    if (line.ancestors().size() < before
        || !line.ancestors().subList(0, before).equals(history.ancestors())) {
      return false;
    }
    if (line.ancestors().size() == before) {
      return line.timeline().equals(history.timeline());
    }
    TimelineHistory.Ancestor left = line.ancestors().get(before);
    return left.timeline().equals(history.timeline()) && flushed.compareTo(left.switchPoint()) <= 0;
  }

  /**
   * Bytes that a node here has and one there lacks, be it that it is behind or that their histories
   * parted.
   */
  public long beyond(Position other) {
    List<TimelineHistory.Ancestor> mine = stretches();
    List<TimelineHistory.Ancestor> theirs = other.stretches();
    Lsn shared = new Lsn(0);
    for (int i = 0; i < Math.min(mine.size(), theirs.size()); i++) {
      if (!mine.get(i).timeline().equals(theirs.get(i).timeline())) {
        break;
      }
      Lsn one = mine.get(i).switchPoint();
      Lsn another = theirs.get(i).switchPoint();
      shared = one.compareTo(another) < 0 ? one : another;
      if (!one.equals(another)) {
        break;
      }
    }
    return Math.max(0, flushed.minus(shared));
  }

  private List<TimelineHistory.Ancestor> stretches() {
    return Stream.concat(
            history.ancestors().stream(),
            Stream.of(new TimelineHistory.Ancestor(history.timeline(), flushed)))
        .toList();
  }

  /** Whether a node here holds everything that a node there holds. */
  public boolean holds(Position other) {
    return other.liesOn(history) && flushed.compareTo(other.flushed) >= 0;
  }

  @Override
  public int compareTo(Position other) {
    int byTimeline = history.timeline().compareTo(other.history.timeline());
    return byTimeline != 0 ? byTimeline : flushed.compareTo(other.flushed);
  }

  @Override
  public String toString() {
    return flushed + " on timeline " + history.timeline();
  }
}

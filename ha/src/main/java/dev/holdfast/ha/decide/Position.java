package dev.holdfast.ha.decide;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.TimelineHistory;

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
    return line.timeline().equals(history.timeline())
        || line.switchPoint(history.timeline())
            .filter(left -> flushed.compareTo(left) <= 0)
            .isPresent();
  }

  /** Whether a node here holds everything that a node there holds. */
  public boolean holds(Position other) {
    return other.liesOn(history)
        && (!other.history.timeline().equals(history.timeline())
            || flushed.compareTo(other.flushed) >= 0);
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

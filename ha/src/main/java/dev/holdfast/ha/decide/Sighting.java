package dev.holdfast.ha.decide;

/**
 * The last that was heard of a node. The monitor need not persist it: after a restart it asks
 * again.
 *
 * @param report what it said
 * @param at when that arrived
 * @param since since when PostgreSQL's state and whether its stream is alive are what they are
 */
public record Sighting(Report report, long at, long since) {
  Sighting followedBy(Report next, long now) {
    boolean same = next.server() == report.server() && next.streamAlive() == report.streamAlive();
    return new Sighting(next, now, same ? since : now);
  }
}

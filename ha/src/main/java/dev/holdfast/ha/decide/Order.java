package dev.holdfast.ha.decide;

import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;

/**
 * What a keeper is to bring about. An order says an end, not a step: it may come any number of
 * times.
 */
public sealed interface Order {
  /** The epoch in which it was given; a keeper refuses a lower one than it has accepted. */
  long epoch();

  /**
   * Write, under this protection. A PostgreSQL that is stopped is started for writing only on an
   * answer to a question that was asked after it stopped.
   *
   * @param timeline the one to write on; a standby creates it by its promotion
   * @param version the protection's number
   */
  record Lead(long epoch, Timeline timeline, long version, Protection protection)
      implements Order {}

  /** Stop the WAL receiver, or a primary altogether; stay so across restarts, and say the LSN. */
  record Freeze(long epoch) implements Order {}

  /** Stay frozen, but fetch from a frozen node what it holds. */
  record Fetch(long epoch, NodeId from) implements Order {}

  /**
   * Stream from the primary; after a rewind, or a clone, when the node's WAL left its history.
   *
   * @param upstream the primary
   * @param line its history
   */
  record Follow(long epoch, NodeId upstream, TimelineHistory line) implements Order {}

  /**
   * Stop, and put in place of the data what a backup and its WAL give; stay stopped then.
   *
   * @param above the highest timeline that the cluster has given: what recovery ends on is higher,
   *     because two different timelines of one number are taken for each other
   */
  record Restore(long epoch, Recovery recovery, Timeline above) implements Order {}

  /** Stop, cleanly where it can be, and stay so. */
  record Stop(long epoch) implements Order {}

  /** Leave PostgreSQL alone. */
  record Rest(long epoch) implements Order {}

  /** The node is no longer part of the cluster. */
  record Leave(long epoch) implements Order {}
}

package dev.holdfast.ha.decide;

import dev.holdfast.domain.Timeline;

/** The next step of a keeper towards its order. After it the keeper looks again. */
public sealed interface Act {
  /** There is nothing to do, or nothing that may be done yet. */
  record Nothing() implements Act {}

  /** Ends every process of the data directory, cleanly where the postmaster lives. */
  record StopServer() implements Act {}

  /** Stops the WAL receiver, for good: PostgreSQL's configuration names no upstream any more. */
  record StopReceiver() implements Act {}

  /** Makes a new, empty cluster. */
  record Initialize() implements Act {}

  /** Starts it for writing, under a protection. */
  record StartPrimary(long version, Protection protection) implements Act {}

  /** Starts it in recovery, with no upstream. */
  record StartFrozen() implements Act {}

  /** Promotes it, with the protection configured before. */
  record Promote(Timeline timeline, long version, Protection protection) implements Act {}

  /** Puts another protection in force in every process. */
  record Apply(long version, Protection protection) implements Act {}

  /** Streams from a primary, starting PostgreSQL in recovery where it is stopped. */
  record Stream(NodeId upstream) implements Act {}

  /** Fetches from a frozen node what that holds. */
  record Fetch(NodeId from) implements Act {}

  /** Takes back what is not part of the primary's history; memory says so before. */
  record Rewind(NodeId upstream) implements Act {}

  /** Makes a new copy of the primary, keeping what was there aside; memory says so before. */
  record Clone(NodeId upstream) implements Act {}

  /**
   * Puts in place of the data what the repository has, recovered and stopped; memory says so
   * before.
   *
   * @param epoch of the order, to be remembered when it is done
   * @param above the timeline on which it ends is higher
   */
  record Restore(long epoch, Recovery recovery, Timeline above) implements Act {}

  /**
   * Whether it may have its effect after the keeper that began it is gone: a promotion that was
   * signalled, a server that was launched. A keeper that comes after has to stop PostgreSQL before
   * it may call it frozen.
   */
  default boolean outlivesItsKeeper() {
    return this instanceof StartPrimary || this instanceof Promote || this instanceof Stream;
  }

  /** The one value of its kind. */
  Act NOTHING = new Nothing();
}

package dev.holdfast.engine.archive;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;

/** Something that a primary's progress is told to. Used by one thread. */
public interface WalSink {
  /** What it is, as messages begin with: {@code repo1}. */
  String name();

  /**
   * Does what there is to do now.
   *
   * @param timeline that is written
   * @param flushed up to where the WAL is durable in {@code pg_wal}
   * @throws dev.holdfast.domain.HoldfastException what kept it from being done; it is tried again
   */
  void advance(Timeline timeline, Lsn flushed);
}

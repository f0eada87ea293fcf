package dev.holdfast.ha.simulation;

import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import java.util.List;

/**
 * The backup repository: how far the WAL of the latest timeline reaches that somebody has archived.
 */
final class Archive {
  private int branch;
  private TimelineHistory history = new TimelineHistory(new Timeline(1), List.of());
  private long flushed = 500;

  /** A primary archives what it holds; one on an older timeline is not followed any more. */
  void push(int on, TimelineHistory line, long upTo) {
    if (line.timeline().compareTo(history.timeline()) >= 0) {
      branch = on;
      history = line;
      flushed = upTo;
    }
  }

  int branch() {
    return branch;
  }

  TimelineHistory history() {
    return history;
  }

  long flushed() {
    return flushed;
  }

  /** The timeline that a recovery from here begins. */
  Timeline next(Timeline above) {
    return new Timeline(Math.max(history.timeline().number(), above.number()) + 1);
  }
}

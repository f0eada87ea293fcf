package dev.holdfast.ha.monitor;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.Event;

/** Who is told what the monitor does; called from any thread, one at a time for a cluster. */
public interface MonitorNews {
  /** Something happened to a cluster. */
  void happened(String cluster, Event event);

  /** Something is wrong with a cluster; said when it begins, not each time. */
  void troubled(String cluster, HoldfastException error);

  /** What was wrong is over. */
  void recovered(String cluster);

  /** Something about the monitor as one of several. */
  default void said(String text) {}
}

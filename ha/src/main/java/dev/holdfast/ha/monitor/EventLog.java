package dev.holdfast.ha.monitor;

import dev.holdfast.ha.wire.Event;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The latest events of a cluster since the monitor started. Not safe for several threads. */
final class EventLog {
  private static final int KEPT = 1000;

  private final Deque<Event> events = new ArrayDeque<>();

  void add(Event event) {
    if (events.size() == KEPT) {
      events.pollFirst();
    }
    events.add(event);
  }

  /** So many at most, newest last. */
  List<Event> latest(int most) {
    return events.stream().skip(Math.max(0, events.size() - (long) most)).toList();
  }
}

package dev.holdfast.ha.monitor;

import dev.holdfast.ha.wire.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The latest events of a cluster. Not safe for several threads. */
final class EventLog {
  private static final int KEPT = 1000;

  /** So many are in the state, which is written as a whole with each decision. */
  private static final int DURABLE = 100;

  private final Deque<Event> events = new ArrayDeque<>();

  /** That goes on from what an earlier monitor has left. */
  EventLog(List<Event> before) {
    events.addAll(before);
  }

  /** What is to be written with a state to which these led. */
  List<Event> durableWith(List<Event> newest) {
    List<Event> all = new ArrayList<>(latest(DURABLE));
    all.addAll(newest);
    return List.copyOf(all.subList(Math.max(0, all.size() - DURABLE), all.size()));
  }

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

package dev.holdfast.ha.simulation;

import java.util.Arrays;

/** A heap of events by time, then by the order in which they were added. */
final class EventQueue {
  private long[] times = new long[256];
  private long[] orders = new long[256];
  private Runnable[] events = new Runnable[256];
  private int size;
  private long added;

  boolean isEmpty() {
    return size == 0;
  }

  long nextTime() {
    return times[0];
  }

  void add(long time, Runnable event) {
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
      orders = Arrays.copyOf(orders, size * 2);
      events = Arrays.copyOf(events, size * 2);
    }
    int at = size++;
    long order = added++;
    while (at > 0) {
      int parent = (at - 1) / 2;
      if (before(times[parent], orders[parent], time, order)) {
        break;
      }
      move(parent, at);
      at = parent;
    }
    put(at, time, order, event);
  }

  Runnable poll() {
    Runnable first = events[0];
    size--;
    long time = times[size];
    long order = orders[size];
    Runnable last = events[size];
    int at = 0;
    while (true) {
      int child = at * 2 + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size
          && before(times[child + 1], orders[child + 1], times[child], orders[child])) {
        child++;
      }
      if (before(time, order, times[child], orders[child])) {
        break;
      }
      move(child, at);
      at = child;
    }
    put(at, time, order, last);
    return first;
  }

  private void move(int from, int to) {
    put(to, times[from], orders[from], events[from]);
  }

  private void put(int at, long time, long order, Runnable event) {
    times[at] = time;
    orders[at] = order;
    events[at] = event;
  }

  private static boolean before(long time, long order, long otherTime, long otherOrder) {
    return time < otherTime || (time == otherTime && order < otherOrder);
  }
}

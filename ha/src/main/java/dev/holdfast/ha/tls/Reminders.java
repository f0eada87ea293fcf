package dev.holdfast.ha.tls;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Lines of a log that are worth saying, but not each time: one about the same subject comes again
 * only after a while. Safe for several threads.
 */
public final class Reminders {
  /** So that strangers who call themselves something else each time fill no memory. */
  private static final int MOST_SUBJECTS = 1000;

  private final Consumer<String> log;
  private final LongSupplier nanos;
  private final long pause;
  private final Map<String, Long> said = new HashMap<>();

  /**
   * Nothing has been said yet.
   *
   * @param nanos a clock that only goes forward
   * @param pause how long a subject rests
   */
  public Reminders(Consumer<String> log, LongSupplier nanos, Duration pause) {
    this.log = log;
    this.nanos = nanos;
    this.pause = pause.toNanos();
  }

  /** Says it, unless something was said about the subject not long ago. */
  public void say(String subject, String text) {
    if (due(subject)) {
      log.accept(text);
    }
  }

  private synchronized boolean due(String subject) {
    long now = nanos.getAsLong();
    Long before = said.get(subject);
    if (before != null && now - before < pause) {
      return false;
    }
    if (before == null && said.size() >= MOST_SUBJECTS) {
      said.values().removeIf(last -> now - last >= pause);
      if (said.size() >= MOST_SUBJECTS) {
        return false;
      }
    }
    said.put(subject, now);
    return true;
  }
}

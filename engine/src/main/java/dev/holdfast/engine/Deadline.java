package dev.holdfast.engine;

import java.time.Duration;

/**
 * Waiting for something that only shows by looking again: the pauses grow, and end in time. Counted
 * on the monotonic clock, so that setting the host's clock neither ends nor prolongs it.
 */
public final class Deadline {
  private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(2).toNanos();
  private static final long LONGEST_PAUSE_NANOS = Duration.ofMillis(100).toNanos();

  private final long endNanos;
  private long pauseNanos = FIRST_PAUSE_NANOS;

  private Deadline(long endNanos) {
    this.endNanos = endNanos;
  }

  /** Ends after this time, counted from now. */
  public static Deadline in(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos());
  }

  /** Whether the time is over. */
  public boolean isOver() {
    return endNanos - System.nanoTime() <= 0;
  }

  /**
   * Pauses before another look.
   *
   * @return false if the time is over, or the thread was interrupted (which it remains)
   */
  public boolean pause() {
    long left = endNanos - System.nanoTime();
    if (left <= 0) {
      return false;
    }
    try {
      Thread.sleep(Duration.ofNanos(Math.min(left, pauseNanos)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    pauseNanos = Math.min(LONGEST_PAUSE_NANOS, pauseNanos * 3 / 2);
    return true;
  }
}

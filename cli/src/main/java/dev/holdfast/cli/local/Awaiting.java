package dev.holdfast.cli.local;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for other processes' work, by asking again and again. */
public final class Awaiting {
  private static final Duration POLL = Duration.ofMillis(20);

  private Awaiting() {}

  /**
   * Waits until something is so.
   *
   * @param what it is, for the error
   * @param hint what would help
   * @throws HoldfastException service (101) when it is not within the time, term (63) when
   *     interrupted
   */
  public static void until(String what, Duration patience, String hint, BooleanSupplier condition) {
    until(what, patience, () -> hint, condition);
  }

  /** The same, where what would help shows only in the end. */
  static void until(
      String what, Duration patience, Supplier<String> hint, BooleanSupplier condition) {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new HoldfastException(ErrorCode.TERM, "interrupted while waiting for " + what);
      }
      if (System.nanoTime() - end > 0) {
        throw new HoldfastException(
            ErrorCode.SERVICE,
            "waited " + patience.toSeconds() + " s in vain for " + what,
            hint.get());
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}

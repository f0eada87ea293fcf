package dev.holdfast.ha.monitor;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what comes about in other threads. */
public final class Eventually {
  private static final long BOUND_NANOS = 30_000_000_000L;
  private static final long LOOK_NANOS = 10_000_000L;

  private Eventually() {}

  /** Looks again until it is as wished, 30 s at most; what was seen then. */
  public static <T> T see(String wish, Supplier<T> look, Predicate<T> wished) {
    long begin = System.nanoTime();
    while (true) {
      T seen = look.get();
      if (wished.test(seen)) {
        return seen;
      }
      if (System.nanoTime() - begin > BOUND_NANOS) {
        throw new AssertionError("not within 30 s: " + wish + "; last seen: " + seen);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}

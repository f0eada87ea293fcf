package dev.holdfast.storage.throttle;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * So many bytes a second, for all threads together. Thread-safe.
 *
 * <p>Never more have passed than the time since its making allows. Time in which nothing passed is
 * made up for by at most a second's worth at once.
 */
public final class Bandwidth {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** Longest stretch without a look at the clock, so that the flow is even. */
  private static final int SLICES_PER_SECOND = 20;

  private static final int SMALLEST_SLICE = 4 * 1024;
  private static final int LARGEST_SLICE = 1024 * 1024;

  private final long bytesPerSecond;
  private final LongSupplier nanos;
  private final Pause pause;

  /** When, on the clock, all that was taken so far will have been paid for. */
  private long paidAt;

  /** Lets time pass. */
  interface Pause {
    void pass(long nanos) throws InterruptedException;
  }

  /**
   * Measures by the system's clock.
   *
   * @param bytesPerSecond 1 and up
   */
  public Bandwidth(long bytesPerSecond) {
    this(bytesPerSecond, System::nanoTime, TimeUnit.NANOSECONDS::sleep);
  }

  Bandwidth(long bytesPerSecond, LongSupplier nanos, Pause pause) {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException("no bandwidth: " + bytesPerSecond);
    }
    this.bytesPerSecond = bytesPerSecond;
    this.nanos = nanos;
    this.pause = pause;
    this.paidAt = nanos.getAsLong();
  }

  /** How many bytes pass a second. */
  public long bytesPerSecond() {
    return bytesPerSecond;
  }

  /** How many bytes to move between two {@link #take calls} at most. */
  int slice() {
    return (int) Math.clamp(bytesPerSecond / SLICES_PER_SECOND, SMALLEST_SLICE, LARGEST_SLICE);
  }

  /**
   * Waits until so many bytes may pass; who comes first is served first.
   *
   * @throws HoldfastException term (63) when the thread is interrupted
   */
  void take(long bytes) {
    long wait = reserve(bytes);
    if (wait <= 0) {
      return;
    }
    try {
      pause.pass(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "terminated on signal", e);
    }
  }

  private synchronized long reserve(long bytes) {
    long now = nanos.getAsLong();
    if (now - paidAt > SECOND) {
      paidAt = now - SECOND;
    }
    paidAt += Math.ceilDiv(bytes * SECOND, bytesPerSecond);
    return paidAt - now;
  }
}

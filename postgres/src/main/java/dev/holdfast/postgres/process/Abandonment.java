package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Looks, for as long as something goes on that can only be waited for, whether it is still wanted,
 * and ends it when it is not. Once it is closed it ends nothing any more.
 */
public final class Abandonment implements AutoCloseable {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private final String what;
  private final BooleanSupplier unwanted;
  private final Runnable end;
  private boolean happened;
  private boolean closed;

  private Abandonment(String what, BooleanSupplier unwanted, Runnable end) {
    this.what = what;
    this.unwanted = unwanted;
    this.end = end;
  }

  /**
   * Begins to look.
   *
   * @param what is abandoned, for the message
   * @param unwanted whether it is not wanted any more; asked from another thread
   * @param end ends it; may be called several times, from another thread
   */
  public static Abandonment of(String what, BooleanSupplier unwanted, Runnable end) {
    Abandonment abandonment = new Abandonment(what, unwanted, end);
    Thread.ofVirtual().name("abandonment").start(abandonment::look);
    return abandonment;
  }

  private void look() {
    while (lookOnce()) {
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  private synchronized boolean lookOnce() {
    if (closed) {
      return false;
    }
    if (happened || unwanted.getAsBoolean()) {
      happened = true;
      try {
        end.run();
      } catch (HoldfastException e) {
        // It goes on still, and is ended at the next look.
        return true;
      }
    }
    return true;
  }

  /**
   * To be called when it has ended, however it did.
   *
   * @throws HoldfastException term (63) when it was ended by this
   */
  public synchronized void check() {
    if (happened) {
      throw of(what);
    }
  }

  /** Says that something was given up. */
  public static HoldfastException of(String what) {
    return new HoldfastException(ErrorCode.TERM, what + " was given up, because nobody wants it");
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}

package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a {@link WatchdogDevice} while PostgreSQL writes under a lease, and as long as the lease
 * outlasts the time that the device waits: so a machine on which neither the keeper nor the
 * dead-man process can do anything is reset before the lease is over.
 *
 * <p>It is fed by a thread of its own, several times in the device's time: what counts is the
 * lease, which the keeper extends, and not how long a turn of the keeper takes. A keeper that ends
 * in good order disarms it, and leaves PostgreSQL to the dead-man process.
 */
final class Watchdog implements AutoCloseable {
  /** The device waits for this part of a lease, so that a slow answer resets nobody. */
  private static final int LEASE_PER_TIMEOUT = 3;

  /** More than this part of a lease is too long: it would be fed for less than half of it. */
  private static final int LEAST_LEASE_PER_TIMEOUT = 2;

  /** A busy machine may do nothing for a second. */
  private static final int LEAST_SECONDS = 2;

  private static final int MEALS = 5;

  /** What cannot be used is tried again after this, in nanoseconds. */
  private static final long AFTER_FAILURE = 10_000_000_000L;

  private static final long NANOS_A_SECOND = 1_000_000_000L;

  private final WatchdogChoice choice;
  private final Function<Path, WatchdogDevice> opener;
  private final LongSupplier clock;
  private final Consumer<String> log;
  private @Nullable WatchdogDevice device;
  private Duration armedFor = Duration.ZERO;
  private long waits;
  private long leaseEnds;
  private @Nullable HoldfastException failure;
  private long retryAt;
  private String said = "";

  /**
   * Opens nothing yet.
   *
   * @param clock nanoseconds, as {@link BootClock} has them
   */
  Watchdog(
      WatchdogChoice choice,
      Function<Path, WatchdogDevice> opener,
      LongSupplier clock,
      Consumer<String> log) {
    this.choice = choice;
    this.opener = opener;
    this.clock = clock;
    this.log = log;
  }

  /**
   * PostgreSQL writes under a lease, or is about to.
   *
   * @param ends when it is over, by the clock
   * @param lease how long one is
   * @throws HoldfastException when one is required and there is none, or it cannot be used
   */
  synchronized void stand(long ends, Duration lease) {
    if (choice.mode() == WatchdogChoice.Mode.OFF) {
      return;
    }
    leaseEnds = ends;
    if (device == null || !armedFor.equals(lease)) {
      armOrSay(lease);
    }
    feed();
  }

  private void armOrSay(Duration lease) {
    if (failure == null || clock.getAsLong() >= retryAt || !armedFor.equals(lease)) {
      armedFor = lease;
      try {
        arm(lease);
        failure = null;
      } catch (HoldfastException e) {
        failure = e;
        retryAt = clock.getAsLong() + AFTER_FAILURE;
        disarm();
      }
    }
    HoldfastException wrong = failure;
    if (wrong != null && choice.mode() == WatchdogChoice.Mode.REQUIRED) {
      throw wrong;
    }
    if (wrong != null) {
      say("no watchdog: " + wrong.describe());
    }
  }

  /** A device that is open already is told another time. */
  private void arm(Duration lease) {
    int wanted = Math.toIntExact(lease.toSeconds() / LEASE_PER_TIMEOUT);
    if (wanted < LEAST_SECONDS) {
      throw tooShort(lease, LEAST_SECONDS * LEASE_PER_TIMEOUT);
    }
    boolean opens = device == null;
    WatchdogDevice one = device == null ? opener.apply(choice.device()) : device;
    device = one;
    int seconds = one.timeout(wanted);
    if (seconds < 1 || (long) seconds * LEAST_LEASE_PER_TIMEOUT > lease.toSeconds()) {
      throw tooShort(lease, seconds * LEAST_LEASE_PER_TIMEOUT);
    }
    waits = seconds * NANOS_A_SECOND;
    say("the watchdog resets this machine when it is not fed for " + seconds + " s");
    if (opens) {
      Thread.ofPlatform().daemon().name("watchdog").start(this::feedOnAndOn);
    }
  }

  private HoldfastException tooShort(Duration lease, int least) {
    return new HoldfastException(
        ErrorCode.OPTION_INVALID_VALUE,
        "a lease of "
            + lease.toMillis()
            + " ms is too short for the watchdog '"
            + choice.device()
            + "'",
        "holdfast settings --lease=" + least + "s");
  }

  /** Until it is disarmed. */
  private synchronized void feedOnAndOn() {
    WatchdogDevice mine = device;
    while (mine != null && device == mine) {
      feed();
      try {
        wait(Math.max(1, waits / MEALS / 1_000_000));
      } catch (InterruptedException e) {
        // Nobody interrupts it but who ends the process.
        return;
      }
    }
  }

  private synchronized void feed() {
    WatchdogDevice one = device;
    if (one != null && leaseEnds - clock.getAsLong() >= waits) {
      try {
        one.feed();
      } catch (HoldfastException e) {
        say(e.describe());
      }
    }
  }

  private void say(String text) {
    if (!text.equals(said)) {
      log.accept(text);
    }
    said = text;
  }

  /** PostgreSQL does not write under a lease. */
  synchronized void rest() {
    if (device != null) {
      disarm();
      say("the watchdog is disarmed");
    }
  }

  private void disarm() {
    WatchdogDevice one = device;
    device = null;
    if (one != null) {
      one.disarm();
      notifyAll();
    }
  }

  /** Whether what is required is there. */
  synchronized boolean isReady() {
    return choice.mode() != WatchdogChoice.Mode.REQUIRED || device != null;
  }

  @Override
  public void close() {
    rest();
  }
}

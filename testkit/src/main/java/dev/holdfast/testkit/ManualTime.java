package dev.holdfast.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that passes when it is told to. Thread-safe. */
public final class ManualTime implements InstantSource {
  private Instant wall;
  private long elapsedNanos;

  /** Time that stands still at an instant. */
  public ManualTime(Instant start) {
    this.wall = start;
  }

  @Override
  public synchronized Instant instant() {
    return wall;
  }

  /** Nanoseconds that have passed, whatever the wall clock was set to; for measuring. */
  public synchronized long nanos() {
    return elapsedNanos;
  }

  /** Lets time pass on both clocks. */
  public synchronized void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("time does not pass backwards; set the clock instead");
    }
    wall = wall.plus(duration);
    elapsedNanos += duration.toNanos();
  }

  /** Sets the wall clock, forwards or backwards, as an administrator or NTP does. */
  public synchronized void setClock(Instant instant) {
    wall = instant;
  }

  @Override
  public synchronized String toString() {
    return "ManualTime[" + wall + "]";
  }
}

package dev.holdfast.cli;

import dev.holdfast.engine.Reporter.Progress;
import org.jspecify.annotations.Nullable;

/**
 * What a person sees of a long verb: the part done, the bytes, the rate and the time left.
 *
 * <pre>backup  42%   1.6 of 3.9 GiB   512 MiB/s   0:04 left</pre>
 *
 * <p>The rate is that of the last seconds, smoothed, so that the time left follows what happens
 * now. Not thread-safe.
 */
final class ProgressLine {
  private static final double SMOOTHING = 0.3;
  private static final long SAMPLE_NANOS = 500_000_000L;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private @Nullable String activity;
  private long sampleNanos;
  private long sampleBytes;
  private double bytesPerSecond;

  /** The line for a step, without a line feed. */
  String text(Progress step, long nowNanos) {
    measure(step, nowNanos);
    StringBuilder line = new StringBuilder(80).append(step.activity());
    if (step.totalBytes() > 0) {
      String percent = Integer.toString((int) (step.fraction() * 100));
      line.append(" ".repeat(5 - percent.length())).append(percent).append("%   ");
      int unit = unit(step.totalBytes());
      line.append(amount(step.doneBytes(), unit)).append(" of ");
      line.append(amount(step.totalBytes(), unit)).append(' ').append(UNITS[unit]);
    } else {
      int unit = unit(step.doneBytes());
      line.append("   ").append(amount(step.doneBytes(), unit)).append(' ').append(UNITS[unit]);
    }
    if (bytesPerSecond >= 1) {
      int unit = unit((long) bytesPerSecond);
      line.append("   ").append(amount((long) bytesPerSecond, unit));
      line.append(' ').append(UNITS[unit]).append("/s");
      if (step.totalBytes() > step.doneBytes()) {
        long seconds = (long) Math.ceil((step.totalBytes() - step.doneBytes()) / bytesPerSecond);
        line.append("   ").append(duration(seconds)).append(" left");
      }
    }
    return line.toString();
  }

  private void measure(Progress step, long nowNanos) {
    if (!step.activity().equals(activity)) {
      activity = step.activity();
      sampleNanos = nowNanos;
      sampleBytes = step.doneBytes();
      bytesPerSecond = 0;
      return;
    }
    long elapsed = nowNanos - sampleNanos;
    if (elapsed < SAMPLE_NANOS) {
      return;
    }
    double rate = (step.doneBytes() - sampleBytes) * 1e9 / elapsed;
    bytesPerSecond =
        bytesPerSecond == 0 ? rate : bytesPerSecond + SMOOTHING * (rate - bytesPerSecond);
    sampleNanos = nowNanos;
    sampleBytes = step.doneBytes();
  }

  private static int unit(long bytes) {
    int unit = 0;
    for (long rest = bytes; rest >= 1024 && unit < UNITS.length - 1; rest /= 1024) {
      unit++;
    }
    return unit;
  }

  /** One decimal below 100, none above, and none for bytes. */
  private static String amount(long bytes, int unit) {
    double value = bytes / Math.pow(1024, unit);
    if (unit == 0 || value >= 100) {
      return Long.toString(Math.round(value));
    }
    long tenths = Math.round(value * 10);
    return tenths / 10 + "." + tenths % 10;
  }

  private static String duration(long seconds) {
    long hours = seconds / 3600;
    String minutes = Long.toString(seconds / 60 % 60);
    String rest = Long.toString(seconds % 60);
    if (rest.length() == 1) {
      rest = "0" + rest;
    }
    if (hours == 0) {
      return minutes + ":" + rest;
    }
    return hours + ":" + (minutes.length() == 1 ? "0" : "") + minutes + ":" + rest;
  }
}

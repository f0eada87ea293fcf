package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The time since the host was started, the time included in which it was suspended: leases end
 * while a virtual machine sleeps, and {@link System#nanoTime} does not count that.
 */
final class BootClock {
  private static final Path UPTIME = Path.of("/proc/uptime");
  private static final int FRACTION_DIGITS = 2;
  private static final long NANOS_A_HUNDREDTH = 10_000_000L;

  private BootClock() {}

  /** Nanoseconds, in steps of ten milliseconds ({@code proc(5)}). */
  static long nanos() {
    try {
      return parse(Files.readString(UPTIME, StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.KERNEL, "unable to read '" + UPTIME + "': " + e.getMessage(), e);
    }
  }

  /** {@code 350735.47 234388.90}: seconds with two decimals, then the idle time. */
  static long parse(String text) {
    int point = text.indexOf('.');
    long seconds = Long.parseLong(text, 0, point, 10);
    long hundredths = Long.parseLong(text, point + 1, point + 1 + FRACTION_DIGITS, 10);
    return (seconds * 100 + hundredths) * NANOS_A_HUNDREDTH;
  }
}

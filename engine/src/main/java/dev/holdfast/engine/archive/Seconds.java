package dev.holdfast.engine.archive;

import java.math.BigDecimal;
import java.time.Duration;

/** A length of time in messages: seconds, with as many decimals as matter. */
final class Seconds {
  private static final int MILLIS_SCALE = 3;

  private Seconds() {}

  static String format(Duration duration) {
    return BigDecimal.valueOf(duration.toMillis(), MILLIS_SCALE)
        .stripTrailingZeros()
        .toPlainString();
  }
}

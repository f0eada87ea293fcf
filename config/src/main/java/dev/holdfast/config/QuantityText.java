package dev.holdfast.config;

import java.util.OptionalLong;

/**
 * Numbers with units as they stand in options (pgBackRest {@code src/config/common.c}).
 *
 * <p>Empty results mean that the text is no such number, or too large a one.
 */
final class QuantityText {
  private static final String SIZE_UNITS = "kmgtp";
  private static final long SECOND = 1000;

  private QuantityText() {}

  /** A whole number, possibly with a sign. */
  static OptionalLong integer(String text) {
    int from = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    OptionalLong digits = digits(text, from, text.length());
    return digits.isEmpty() || !text.startsWith("-")
        ? digits
        : OptionalLong.of(-digits.getAsLong());
  }

  /**
   * Bytes: a number, then nothing or B, or one of K, M, G, T, P followed by nothing, B or iB. All
   * units are powers of 1024, in capital or small letters.
   */
  static OptionalLong bytes(String text) {
    int end = text.length();
    long factor = 1;
    if (end > 0 && lower(text.charAt(end - 1)) == 'b') {
      end--;
    }
    boolean binary = end > 1 && end < text.length() && lower(text.charAt(end - 1)) == 'i';
    if (binary) {
      end--;
    }
    int unit = end > 0 ? SIZE_UNITS.indexOf(lower(text.charAt(end - 1))) : -1;
    if (unit >= 0) {
      end--;
      factor = 1L << (10 * (unit + 1));
    } else if (binary) {
      return OptionalLong.empty();
    }
    return times(digits(text, 0, end), factor);
  }

  /**
   * Milliseconds: a number of seconds, or with a unit ms, s, m, h, d or w. Seconds may have up to
   * three decimals, as they could in versions of pgBackRest that knew no units.
   */
  static OptionalLong milliseconds(String text) {
    int end = text.length();
    long factor = SECOND;
    if (end > 1 && lower(text.charAt(end - 2)) == 'm' && lower(text.charAt(end - 1)) == 's') {
      return digits(text, 0, end - 2);
    }
    if (end > 0) {
      factor =
          switch (lower(text.charAt(end - 1))) {
            case 's' -> SECOND;
            case 'm' -> 60 * SECOND;
            case 'h' -> 60 * 60 * SECOND;
            case 'd' -> 24 * 60 * 60 * SECOND;
            case 'w' -> 7 * 24 * 60 * 60 * SECOND;
            default -> 0;
          };
    }
    if (factor != 0) {
      return times(digits(text, 0, end - 1), factor);
    }
    int point = text.indexOf('.');
    if (point < 0) {
      return times(digits(text, 0, end), SECOND);
    }
    OptionalLong whole = times(digits(text, 0, point), SECOND);
    int decimals = end - point - 1;
    OptionalLong part = decimals <= 3 ? digits(text, point + 1, end) : OptionalLong.empty();
    if (whole.isEmpty() || part.isEmpty()) {
      return OptionalLong.empty();
    }
    long scale = decimals == 1 ? 100 : decimals == 2 ? 10 : 1;
    long sum = whole.getAsLong() + part.getAsLong() * scale;
    return sum < 0 ? OptionalLong.empty() : OptionalLong.of(sum);
  }

  private static OptionalLong digits(String text, int from, int to) {
    if (from >= to || to - from > 18) {
      return OptionalLong.empty();
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return OptionalLong.empty();
      }
      value = value * 10 + (c - '0');
    }
    return OptionalLong.of(value);
  }

  private static OptionalLong times(OptionalLong number, long factor) {
    return number.isEmpty() || number.getAsLong() > Long.MAX_VALUE / factor
        ? OptionalLong.empty()
        : OptionalLong.of(number.getAsLong() * factor);
  }

  private static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }
}

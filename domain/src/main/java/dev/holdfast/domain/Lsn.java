package dev.holdfast.domain;

/**
 * A position in the write-ahead log: an unsigned 64-bit byte offset, written as two hexadecimal
 * halves, for example {@code 16/B374D848}.
 *
 * @param value the byte offset, unsigned
 */
public record Lsn(long value) implements Comparable<Lsn> {

  /** Parses PostgreSQL's text form. */
  public static Lsn parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash > 8 || text.length() - slash < 2 || text.length() - slash > 9) {
      throw invalid(text);
    }
    try {
      return new Lsn(
          Long.parseLong(text, 0, slash, 16) << 32
              | Long.parseLong(text, slash + 1, text.length(), 16));
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
  }

  private static HoldfastException invalid(String text) {
    return new HoldfastException(
        ErrorCode.FORMAT,
        "'" + text + "' is not an LSN",
        "An LSN is written as two hexadecimal numbers, for example 16/B374D848.");
  }

  /** Moves forward (or back, when negative) by so many bytes. */
  public Lsn plus(long bytes) {
    return new Lsn(value + bytes);
  }

  /** Bytes from the other position to this one; negative when this one is earlier. */
  public long minus(Lsn other) {
    return value - other.value;
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toHexString(value >>> 32).toUpperCase(java.util.Locale.ROOT)
        + "/"
        + Long.toHexString(value & 0xFFFF_FFFFL).toUpperCase(java.util.Locale.ROOT);
  }
}

package dev.holdfast.domain;

/**
 * The number that initdb gives a cluster, which all its copies share.
 *
 * @param value unsigned 64 bits
 */
public record SystemIdentifier(long value) {
  /** Parses the decimal form. */
  public static SystemIdentifier parse(String text) {
    try {
      return new SystemIdentifier(Long.parseUnsignedLong(text));
    } catch (NumberFormatException e) {
      throw new HoldfastException(ErrorCode.FORMAT, "'" + text + "' is not a system identifier", e);
    }
  }

  /** The decimal form. */
  @Override
  public String toString() {
    return Long.toUnsignedString(value);
  }
}

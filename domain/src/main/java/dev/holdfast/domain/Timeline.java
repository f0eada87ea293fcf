package dev.holdfast.domain;

/**
 * A timeline of a cluster's history; every promotion starts a new one.
 *
 * @param number 1 and up, unsigned 32 bits
 */
public record Timeline(long number) implements Comparable<Timeline> {
  /** Checks the range. */
  public Timeline {
    if (number < 0 || number > 0xFFFF_FFFFL) {
      throw new HoldfastException(ErrorCode.FORMAT, "timeline " + number + " is out of range");
    }
  }

  /** 8 upper-case hexadecimal digits, as in file names. */
  public String hex() {
    return "%08X".formatted(number);
  }

  /**
   * The name of the file that tells this timeline's ancestry, for example {@code 00000002.history}.
   */
  public String historyFileName() {
    return hex() + ".history";
  }

  @Override
  public int compareTo(Timeline other) {
    return Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    return Long.toString(number);
  }
}

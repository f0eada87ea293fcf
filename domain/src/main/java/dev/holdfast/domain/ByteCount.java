package dev.holdfast.domain;

/**
 * A number of bytes as people read it, in pgBackRest's form: {@code 512B}, {@code 11.9MB}, {@code
 * 2GB}.
 *
 * @param bytes the number, not negative
 */
public record ByteCount(long bytes) {
  private static final long KIB = 1024;

  /** Checks the range. */
  public ByteCount {
    if (bytes < 0) {
      throw new HoldfastException(ErrorCode.PARAM_INVALID, "a size of " + bytes + " bytes");
    }
  }

  /** Powers of 1024 up to GB, rounded to one decimal, which is left out when it is zero. */
  @Override
  public String toString() {
    if (bytes < KIB) {
      return bytes + "B";
    }
    if (bytes < KIB * KIB) {
      return tenths(KIB) + "KB";
    }
    if (bytes < KIB * KIB * KIB) {
      return tenths(KIB * KIB) + "MB";
    }
    return tenths(KIB * KIB * KIB) + "GB";
  }

  private String tenths(long unit) {
    long rest = bytes % unit;
    // The hundredths decide by half; what is below them does not count.
    long tenths = bytes / unit * 10 + (rest * 100 / unit + 5) / 10;
    return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
  }
}

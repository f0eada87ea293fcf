package dev.holdfast.domain;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A SHA-1 of 20 bytes, by which the repository knows file contents and WAL segments.
 *
 * <p>Held as numbers rather than as an array: a manifest may have a million of them.
 *
 * @param high bytes 0 to 7, big-endian
 * @param middle bytes 8 to 15
 * @param low bytes 16 to 19
 */
public record Sha1Hash(long high, long middle, int low) {
  /** The SHA-1 of no bytes at all. */
  public static final Sha1Hash EMPTY = parse("da39a3ee5e6b4b0d3255bfef95601890afd80709");

  /** Takes the 20 bytes of a digest. */
  public static Sha1Hash of(byte[] digest) {
    if (digest.length != 20) {
      throw new HoldfastException(ErrorCode.FORMAT, "a SHA-1 has 20 bytes, not " + digest.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(digest);
    return new Sha1Hash(buffer.getLong(), buffer.getLong(), buffer.getInt());
  }

  /** Parses 40 lower-case hexadecimal digits. */
  public static Sha1Hash parse(String hex) {
    if (hex.length() != 40) {
      throw invalid(hex, null);
    }
    try {
      return of(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      throw invalid(hex, e);
    }
  }

  private static HoldfastException invalid(
      String hex, @org.jspecify.annotations.Nullable Throwable cause) {
    return new HoldfastException(ErrorCode.FORMAT, "'" + hex + "' is not a SHA-1", cause);
  }

  /** The 20 bytes. */
  public byte[] bytes() {
    return ByteBuffer.allocate(20).putLong(high).putLong(middle).putInt(low).array();
  }

  /** 40 lower-case hexadecimal digits. */
  public String hex() {
    return "%016x%016x%08x".formatted(high, middle, low);
  }

  @Override
  public String toString() {
    return hex();
  }
}

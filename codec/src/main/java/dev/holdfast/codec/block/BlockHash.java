package dev.holdfast.codec.block;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The first bytes of a block's XXH3-128 hash in canonical order; what is beyond the kept size is
 * zero, so that hashes of one size can be compared.
 *
 * @param high bytes 0 to 7
 * @param low bytes 8 to 15
 */
public record BlockHash(long high, long low) {
  static final int LARGEST_SIZE = 16;

  private static final Hasher128 HASHER = Hashing.xxh3_128();

  /** The hash of a block, of which {@code size} bytes are kept. */
  public static BlockHash of(byte[] bytes, int offset, int length, int size) {
    HashValue128 value = HASHER.hashBytesTo128Bits(bytes, offset, length);
    return truncated(value.getMostSignificantBits(), value.getLeastSignificantBits(), size);
  }

  private static BlockHash truncated(long high, long low, int size) {
    long keptHigh = size >= Long.BYTES ? high : high & -1L << (64 - 8 * size);
    long keptLow =
        size >= LARGEST_SIZE
            ? low
            : size <= Long.BYTES ? 0 : low & -1L << (64 - 8 * (size - Long.BYTES));
    return new BlockHash(keptHigh, keptLow);
  }

  /** Takes the bytes as a map holds them. */
  static BlockHash at(byte[] bytes, int offset, int size) {
    ByteBuffer padded = ByteBuffer.allocate(LARGEST_SIZE).order(ByteOrder.BIG_ENDIAN);
    padded.put(bytes, offset, size).clear();
    return new BlockHash(padded.getLong(), padded.getLong());
  }

  /** All 16 bytes, of which a map holds the first ones. */
  byte[] bytes() {
    return ByteBuffer.allocate(LARGEST_SIZE).putLong(high).putLong(low).array();
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes());
  }
}

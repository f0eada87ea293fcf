package dev.holdfast.codec.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The checksum of a PostgreSQL page: 32 FNV-1a sums side by side over the page's 32-bit words, with
 * the page's own checksum field taken as zero, folded with the block number into 1 to 65535.
 *
 * <p>Rules and constants are those of PostgreSQL's {@code storage/checksum_impl.h}.
 */
public final class PageChecksum {
  /** The size of PostgreSQL's pages unless it was compiled with another. */
  public static final int DEFAULT_PAGE_SIZE = 8192;

  /** Where a page's header holds the checksum, 16 bits in the machine's byte order. */
  static final int CHECKSUM_OFFSET = 8;

  private static final int LANES = 32;
  private static final int ROW = LANES * Integer.BYTES;
  private static final int PRIME = 16777619;

  /** The word of the first row whose lower half is the checksum field. */
  private static final int CHECKSUM_LANE = CHECKSUM_OFFSET / Integer.BYTES;

  // An int view of a byte array is what the compiler turns into vector instructions; byte buffers
  // and memory segments measured three to seven times slower.
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int[] SEEDS = {
    0x5b1f36e9, 0xb8525960, 0x02ab50aa, 0x1de66d2a, 0x79ff467a, 0x9bb9f8a3, 0x217e7cd2, 0x83e13d2c,
    0xf8d4474f, 0xe39eb970, 0x42c6ae16, 0x993216fa, 0x7b093b5d, 0x98daff3c, 0xf718902a, 0x0b1c9cdb,
    0xe58f764b, 0x187636bc, 0x5d7b3bb1, 0xe73de7de, 0x92bec979, 0xcca6c0b2, 0x304a0979, 0x85aa43d4,
    0x783125bb, 0x6ca8eaa2, 0xe407eac6, 0x4b5cfc3e, 0x9fbf8c76, 0x15ca20be, 0xf2ca9fd3, 0x959bd756,
  };

  private PageChecksum() {}

  /** The checksum that a page of 8 KiB should have. */
  public static int checksum(byte[] page, int offset, int blockNumber) {
    return checksum(page, offset, DEFAULT_PAGE_SIZE, blockNumber);
  }

  /**
   * The checksum that a page should have.
   *
   * @param page an array that holds the page from {@code offset} on
   * @param pageSize in bytes, a multiple of 128
   * @param blockNumber of the page in its relation, all segments counted; unsigned
   * @return 1 to 65535
   */
  public static int checksum(byte[] page, int offset, int pageSize, int blockNumber) {
    int[] sums = SEEDS.clone();
    // The first row holds the checksum field, which is taken out of its word again.
    row(sums, page, offset);
    sums[CHECKSUM_LANE] =
        mix(SEEDS[CHECKSUM_LANE], (int) INT.get(page, offset + CHECKSUM_OFFSET) & 0xFFFF_0000);
    for (int at = offset + ROW; at < offset + pageSize; at += ROW) {
      row(sums, page, at);
    }
    int result = 0;
    for (int lane = 0; lane < LANES; lane++) {
      result ^= mix(mix(sums[lane], 0), 0);
    }
    return Integer.remainderUnsigned(result ^ blockNumber, 65535) + 1;
  }

  /** The checksum that a page says it has; 0 when it has none. */
  static int stored(byte[] page, int offset) {
    return (page[offset + CHECKSUM_OFFSET] & 0xFF)
        | (page[offset + CHECKSUM_OFFSET + 1] & 0xFF) << 8;
  }

  private static void row(int[] sums, byte[] page, int at) {
    for (int lane = 0; lane < LANES; lane++) {
      sums[lane] = mix(sums[lane], (int) INT.get(page, at + lane * Integer.BYTES));
    }
  }

  private static int mix(int sum, int value) {
    int mixed = sum ^ value;
    return mixed * PRIME ^ mixed >>> 17;
  }
}

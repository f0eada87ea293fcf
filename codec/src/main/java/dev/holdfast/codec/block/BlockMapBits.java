package dev.holdfast.codec.block;

/** The bits and number encodings of the map's grammar, as the package describes it. */
final class BlockMapBits {
  static final int LAST = 1;

  /** Of a reference seen for the first time. */
  static final int HAS_BUNDLE = 2;

  /** Of a reference. */
  static final int HAS_OFFSET = 4;

  /** Of a reference seen before. */
  static final int CONTINUES = 2;

  /** Of a reference that continues a super block. */
  static final int CONTINUED_IS_LAST = 4;

  static final int REFERENCE_SHIFT = 3;

  /** Of a super block. */
  static final int SIZE_CHANGES = 2;

  /** Of a super block. */
  static final int HAS_BLOCKS = 4;

  static final int SUPER_BLOCK_SHIFT = 3;

  /** Of a decoded size. */
  static final int HAS_REMAINDER = 1;

  /** Of a number of blocks. */
  static final int HAS_GAP = 1;

  private BlockMapBits() {}

  /** Signed numbers as unsigned ones, small ones staying small. */
  static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }

  static long unzigzag(long value) {
    return value >>> 1 ^ -(value & 1);
  }
}

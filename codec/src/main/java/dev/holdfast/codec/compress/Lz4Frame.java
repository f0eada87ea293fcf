package dev.holdfast.codec.compress;

import com.dynatrace.hash4j.hashing.Hashing;

/** The constants of the LZ4 frame format, version 1.6.x of its description. */
final class Lz4Frame {
  static final int MAGIC = 0x184D2204;

  /** Skippable frames begin with this number or one of the 15 after it. */
  static final int SKIPPABLE_MAGIC = 0x184D2A50;

  static final int FLAG_VERSION_MASK = 0xC0;
  static final int FLAG_VERSION = 0x40;
  static final int FLAG_INDEPENDENT = 0x20;
  static final int FLAG_BLOCK_CHECKSUM = 0x10;
  static final int FLAG_CONTENT_SIZE = 0x08;
  static final int FLAG_CONTENT_CHECKSUM = 0x04;
  static final int FLAG_RESERVED = 0x02;
  static final int FLAG_DICTIONARY = 0x01;

  /** Set in a block's size when the block is stored as it is. */
  static final int STORED_BLOCK = 0x8000_0000;

  /** Blocks of at most 256 KiB. */
  private static final byte BLOCK_256_KIB = 5 << 4;

  private Lz4Frame() {}

  /** A frame's header: independent blocks of 256 KiB, no sizes, no block checksums. */
  static byte[] header(boolean withContentChecksum) {
    byte[] header = new byte[7];
    LittleEndian.putInt(header, 0, MAGIC);
    header[4] =
        (byte)
            (FLAG_VERSION | FLAG_INDEPENDENT | (withContentChecksum ? FLAG_CONTENT_CHECKSUM : 0));
    header[5] = BLOCK_256_KIB;
    header[6] = descriptorChecksum(header, 4, 2);
    return header;
  }

  /** The second byte of the descriptor's hash. */
  static byte descriptorChecksum(byte[] bytes, int offset, int length) {
    return (byte) (Hashing.xxh32().hashBytesToInt(bytes, offset, length) >>> 8);
  }

  /** The largest block of a frame, in bytes, from its block descriptor; 0 when it is invalid. */
  static int blockSize(int descriptor) {
    int code = descriptor >> 4;
    return (descriptor & 0x8F) != 0 || code < 4 ? 0 : 1 << (8 + 2 * code);
  }
}

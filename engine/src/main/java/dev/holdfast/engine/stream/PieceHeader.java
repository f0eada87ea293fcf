package dev.holdfast.engine.stream;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a piece says of itself: 84 bytes, big-endian.
 *
 * <pre>
 *   0  8  "HFPIECE" and the format's version, 1
 *   8  8  system identifier
 *  16 12  segment: timeline, log, number in the log
 *  28  4  segment size in bytes
 *  32  4  offset of the first byte in the segment
 *  36  4  number of bytes
 *  40  4  compression, the option's value in ASCII, filled up with 0
 *  44 20  SHA-1 of the piece's bytes
 *  64 20  SHA-1 of the segment's bytes before the piece
 * </pre>
 *
 * @param system the cluster's identifier
 * @param segment what it is a piece of
 * @param segmentSize how many bytes the whole segment has
 * @param offset where in the segment it begins
 * @param length how many bytes it has, 1 and up
 * @param compression of the bytes that follow the header
 * @param hash of its bytes
 * @param prefix of the bytes of the segment before it
 */
record PieceHeader(
    SystemIdentifier system,
    WalSegment segment,
    WalSegmentSize segmentSize,
    int offset,
    int length,
    CompressionType compression,
    Sha1Hash hash,
    Sha1Hash prefix) {
  static final int BYTES = 84;

  private static final long MAGIC = 0x4846_5049_4543_4501L;
  private static final int COMPRESSION_BYTES = 4;
  private static final int HASH_BYTES = 20;

  PieceHeader {
    if (offset < 0 || length < 1 || offset > segmentSize.bytes() - length) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "a piece of %s cannot have %d bytes at %d".formatted(segment, length, offset));
    }
  }

  /** Where the piece ends in the segment. */
  int end() {
    return offset + length;
  }

  PieceName name() {
    return new PieceName(segment, offset);
  }

  byte[] format() {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    buffer.putLong(MAGIC).putLong(system.value());
    buffer.putInt((int) segment.timeline().number());
    buffer.putInt((int) segment.log()).putInt((int) segment.segment());
    buffer.putInt(segmentSize.bytes()).putInt(offset).putInt(length);
    byte[] option = compression.option().getBytes(StandardCharsets.US_ASCII);
    buffer.put(option).put(new byte[COMPRESSION_BYTES - option.length]);
    return buffer.put(hash.bytes()).put(prefix.bytes()).array();
  }

  /**
   * Parses a header.
   *
   * @throws HoldfastException format (29) when it is none
   */
  static PieceHeader parse(byte[] bytes) {
    if (bytes.length < BYTES) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "a piece of WAL has " + bytes.length + " bytes, less than its header");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (buffer.getLong() != MAGIC) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "not a piece of WAL, or of a newer format",
          "the file is damaged, or was written by a newer version.");
    }
    return new PieceHeader(
        new SystemIdentifier(buffer.getLong()),
        new WalSegment(new Timeline(unsigned(buffer)), unsigned(buffer), unsigned(buffer)),
        new WalSegmentSize(buffer.getInt()),
        buffer.getInt(),
        buffer.getInt(),
        compression(buffer),
        hash(buffer),
        hash(buffer));
  }

  private static long unsigned(ByteBuffer buffer) {
    return Integer.toUnsignedLong(buffer.getInt());
  }

  private static CompressionType compression(ByteBuffer buffer) {
    byte[] option = new byte[COMPRESSION_BYTES];
    buffer.get(option);
    String text = new String(option, StandardCharsets.ISO_8859_1);
    for (CompressionType type : CompressionType.values()) {
      if (text.equals(type.option() + "\0".repeat(COMPRESSION_BYTES - type.option().length()))) {
        return type;
      }
    }
    throw new HoldfastException(
        ErrorCode.FORMAT, "a piece of WAL has an unknown compression", "the file is damaged.");
  }

  private static Sha1Hash hash(ByteBuffer buffer) {
    byte[] digest = new byte[HASH_BYTES];
    buffer.get(digest);
    return Sha1Hash.of(digest);
  }
}

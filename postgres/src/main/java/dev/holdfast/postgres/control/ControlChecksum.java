package dev.holdfast.postgres.control;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The CRC-32C behind {@code pg_control}'s fields, over all bytes before it. */
final class ControlChecksum {
  private ControlChecksum() {}

  /**
   * Where the checksum lies, having checked it.
   *
   * @param expectedOffset where the version's layout has it
   * @param search whether it may also lie further behind, in a fork with more fields
   * @throws HoldfastException checksum (26)
   */
  static int find(byte[] bytes, int expectedOffset, boolean search) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    int last = search ? PgControl.DATA_BYTES - Integer.BYTES : expectedOffset;
    for (int offset = expectedOffset; offset <= last; offset += Integer.BYTES) {
      if (buffer.getInt(offset) == of(bytes, offset)) {
        return offset;
      }
    }
    throw new HoldfastException(
        ErrorCode.CHECKSUM,
        "the checksum of pg_control is %08x but must be %08x"
            .formatted(buffer.getInt(expectedOffset), of(bytes, expectedOffset)),
        "pg_control is damaged, or has another layout than its version says.");
  }

  /** Writes the checksum of the bytes before {@code offset} there. */
  static void write(byte[] bytes, int offset) {
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(offset, of(bytes, offset));
  }

  private static int of(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}

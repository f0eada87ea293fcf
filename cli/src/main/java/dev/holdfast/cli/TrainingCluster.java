package dev.holdfast.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * As much of a data directory of PostgreSQL 15 as archiving looks at, so that training pushes and
 * fetches a segment to the end: what comes after the first check is most of the work.
 */
final class TrainingCluster {
  static final String SEGMENT = "000000010000000000000001";

  private static final int CONTROL_BYTES = 8192;
  private static final int CONTROL_CHECKSUM_OFFSET = 288;
  private static final int SEGMENT_BYTES = 16 * 1024 * 1024;
  private static final long SYSTEM_IDENTIFIER = 7_000_000_000_000_000_001L;
  private static final int SHUT_DOWN = 1;
  private static final int FILLER_PRIME = 31;

  private TrainingCluster() {}

  /** Makes it; the segment's path. */
  static Path create(Path data) throws IOException {
    Path wal = Files.createDirectories(data.resolve("pg_wal"));
    Files.createDirectories(wal.resolve("archive_status"));
    Files.createDirectories(data.resolve("global"));
    Files.writeString(data.resolve("PG_VERSION"), "15\n");
    Files.write(data.resolve("global/pg_control"), control());
    return Files.write(wal.resolve(SEGMENT), segment());
  }

  private static byte[] control() {
    ByteBuffer control = ByteBuffer.allocate(CONTROL_BYTES).order(ByteOrder.nativeOrder());
    control.putLong(0, SYSTEM_IDENTIFIER);
    control.putInt(8, 1300).putInt(12, 202_209_061).putInt(16, SHUT_DOWN);
    control.putLong(32, SEGMENT_BYTES + 40).putLong(40, SEGMENT_BYTES + 40).putInt(48, 1);
    control.putInt(216, 8192).putInt(228, SEGMENT_BYTES);
    CRC32C checksum = new CRC32C();
    checksum.update(control.array(), 0, CONTROL_CHECKSUM_OFFSET);
    control.putInt(CONTROL_CHECKSUM_OFFSET, (int) checksum.getValue());
    return control.array();
  }

  private static byte[] segment() {
    byte[] bytes = new byte[SEGMENT_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * FILLER_PRIME >>> 7);
    }
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    header.putShort(0, (short) 0xD110).putShort(2, (short) 2).putInt(4, 1);
    header.putLong(8, SEGMENT_BYTES).putLong(24, SYSTEM_IDENTIFIER);
    header.putInt(32, SEGMENT_BYTES).putInt(36, 8192);
    return bytes;
  }
}

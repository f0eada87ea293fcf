package dev.holdfast.cli;

import dev.holdfast.codec.page.PageChecksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * A data directory like that of a stopped cluster of PostgreSQL 15, so that training pushes and
 * fetches a segment, backs up and restores to the end: what comes after the first check is most of
 * the work.
 */
final class TrainingCluster {
  /** The name of the table's file that is larger than a bundle. */
  static final String TABLE = "16384";

  static final String SEGMENT = "000000010000000000000001";

  private static final int CONTROL_BYTES = 8192;
  private static final int CONTROL_CHECKSUM_OFFSET = 288;
  private static final int SEGMENT_BYTES = 16 * 1024 * 1024;
  private static final long SYSTEM_IDENTIFIER = 7_000_000_000_000_000_001L;
  private static final int SHUT_DOWN = 1;
  private static final int FILLER_PRIME = 31;

  /** Enough for the loops over pages to be compiled, and their profiles to be recorded. */
  private static final int TABLE_PAGES = 4096;

  private static final int SMALL_TABLES = 300;
  private static final int PAGE_BYTES = PageChecksum.DEFAULT_PAGE_SIZE;

  private TrainingCluster() {}

  /** Makes it; the segment's path. */
  static Path create(Path data) throws IOException {
    Path wal = Files.createDirectories(data.resolve("pg_wal"));
    Files.createDirectories(wal.resolve("archive_status"));
    Files.createDirectories(data.resolve("global"));
    Files.writeString(data.resolve("PG_VERSION"), "15\n");
    Files.write(data.resolve("global/pg_control"), control());
    Path tables = Files.createDirectories(data.resolve("base/1"));
    Files.write(tables.resolve(TABLE), pages(TABLE_PAGES));
    byte[] small = pages(2);
    for (int i = 0; i < SMALL_TABLES; i++) {
      Files.write(tables.resolve(Integer.toString(20_000 + i)), small);
    }
    return Files.write(wal.resolve(SEGMENT), segment());
  }

  private static byte[] pages(int count) {
    ByteBuffer pages = ByteBuffer.allocate(count * PAGE_BYTES).order(ByteOrder.nativeOrder());
    Random random = new Random(count);
    byte[] row = new byte[64];
    for (int page = 0; page < count; page++) {
      int start = page * PAGE_BYTES;
      // Half a page of rows that compress about as those of tables do.
      for (int at = PAGE_BYTES / 2; at < PAGE_BYTES; at += 2 * row.length) {
        random.nextBytes(row);
        pages.put(start + at, row);
      }
      pages.putInt(start + 4, 40).putShort(start + 12, (short) 28);
      pages.putShort(start + 14, (short) (PAGE_BYTES / 2)).putShort(start + 16, (short) PAGE_BYTES);
      pages.putShort(start + 18, (short) (PAGE_BYTES | 4));
      int checksum = PageChecksum.checksum(pages.array(), start, page);
      pages.putShort(start + 8, (short) checksum);
    }
    return pages.array();
  }

  private static byte[] control() {
    ByteBuffer control = ByteBuffer.allocate(CONTROL_BYTES).order(ByteOrder.nativeOrder());
    control.putLong(0, SYSTEM_IDENTIFIER);
    control.putInt(8, 1300).putInt(12, 202_209_061).putInt(16, SHUT_DOWN);
    control.putLong(32, SEGMENT_BYTES + 40).putLong(40, SEGMENT_BYTES + 40).putInt(48, 1);
    control.putInt(216, 8192).putInt(228, SEGMENT_BYTES).putInt(252, 1);
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

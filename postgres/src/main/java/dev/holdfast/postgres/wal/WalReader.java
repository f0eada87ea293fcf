package dev.holdfast.postgres.wal;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegmentSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Record after record, until one is not valid. Nothing of a record is kept but its header, so that
 * one of a gigabyte needs no more memory than a small one.
 */
final class WalReader implements AutoCloseable {
  private static final int HEADER_BYTES = 24;
  private static final int PREVIOUS_OFFSET = 8;
  private static final int INFO_OFFSET = 16;
  private static final int MANAGER_OFFSET = 17;
  private static final int CHECKSUM_OFFSET = 20;

  private static final int XLOG_MANAGER = 0;
  private static final int INFO_MASK = 0xF0;
  private static final int CHECKPOINT_SHUTDOWN = 0x00;
  private static final int CHECKPOINT_ONLINE = 0x10;
  private static final int SWITCH = 0x40;

  private static final int LAST_OWN_MANAGER = 21;
  private static final int FIRST_CUSTOM_MANAGER = 128;
  private static final PgVersion CUSTOM_MANAGERS_SINCE = PgVersion.parse("15");

  /** No position of a record: the first segment of a cluster is never used. */
  private static final long INVALID = 0;

  private final WalPages pages;
  private final long pageMask;
  private final long segmentMask;
  private final boolean customManagers;

  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer header =
      ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.nativeOrder());
  private final byte[] headerBytes = header.array();

  private long next;
  private long lastRecord = INVALID;
  private Timeline fileTimeline = new Timeline(0);

  /** Where the record that is being read begins, behind a page's header. */
  private long record;

  /** The page that replaces the rest of the record that is being read. */
  private long overwrite;

  private long got;

  /**
   * A reader that takes the pages over.
   *
   * @param start a record's beginning, or that of a page that begins with a record
   */
  WalReader(
      WalPages pages, Lsn start, int pageSize, WalSegmentSize segmentSize, PgVersion version) {
    this.pages = pages;
    this.next = start.value();
    this.pageMask = pageSize - 1L;
    this.segmentMask = segmentSize.bytes() - 1L;
    this.customManagers = version.compareTo(CUSTOM_MANAGERS_SINCE) >= 0;
  }

  /** Reads one record; false when none that is valid begins here, which ends the WAL. */
  boolean advance() {
    long start = next;
    while (true) {
      overwrite = INVALID;
      long end = read(start);
      if (end != INVALID) {
        lastRecord = record;
        next = isOfXlog(SWITCH) ? end + segmentMask & ~segmentMask : end;
        fileTimeline = pages.fileTimeline();
        return true;
      }
      if (overwrite == INVALID) {
        return false;
      }
      start = overwrite;
    }
  }

  /** Whether the last record is a checkpoint's. */
  boolean atCheckpoint() {
    return isOfXlog(CHECKPOINT_SHUTDOWN) || isOfXlog(CHECKPOINT_ONLINE);
  }

  /** Where the last valid record begins. */
  Lsn lastRecord() {
    return new Lsn(lastRecord);
  }

  /** Where the last valid record ends and, behind a page's header if need be, the next begins. */
  Lsn end() {
    return new Lsn(next);
  }

  /** The timeline of the file that holds the end of the last valid record. */
  Timeline fileTimeline() {
    return fileTimeline;
  }

  private long read(long start) {
    long page = start & ~pageMask;
    int at = pages.go(page);
    if (at == WalPages.NONE) {
      return INVALID;
    }
    int offset = (int) (start - page);
    int first = pages.headerBytes();
    if (offset == 0) {
      offset = first;
    }
    if (offset < first || offset == first && pages.continues()) {
      return INVALID;
    }
    record = page + offset;
    long length = Integer.toUnsignedLong(pages.window().getInt(at + offset));
    if (length < HEADER_BYTES) {
      return INVALID;
    }
    got = 0;
    checksum.reset();
    int here = (int) Math.min(length, pageMask + 1 - offset);
    if (!take(at + offset, here)) {
      return INVALID;
    }
    return here == length
        ? checked(record + aligned(length))
        : readRest(page + pageMask + 1, length);
  }

  private long readRest(long firstPage, long length) {
    long page = firstPage;
    while (true) {
      int at = pages.go(page);
      if (at == WalPages.NONE) {
        return INVALID;
      }
      if (pages.overwrites()) {
        overwrite = page;
        return INVALID;
      }
      long rest = pages.rest();
      if (!pages.continues() || rest == 0 || rest + got != length) {
        return INVALID;
      }
      int first = pages.headerBytes();
      int here = (int) Math.min(rest, pageMask + 1 - first);
      if (!take(at + first, here)) {
        return INVALID;
      }
      if (here == rest) {
        return checked(page + first + aligned(rest));
      }
      page += pageMask + 1;
    }
  }

  /** Takes a part of the record; false when its header, complete by now, is not valid. */
  private boolean take(int at, int bytes) {
    ByteBuffer window = pages.window();
    int ofHeader = 0;
    if (got < HEADER_BYTES) {
      ofHeader = (int) Math.min(HEADER_BYTES - got, bytes);
      window.get(at, headerBytes, (int) got, ofHeader);
      if (got + ofHeader == HEADER_BYTES && !isHeaderValid()) {
        return false;
      }
    }
    if (bytes > ofHeader) {
      window.limit(at + bytes).position(at + ofHeader);
      checksum.update(window);
      window.clear();
    }
    got += bytes;
    return true;
  }

  /**
   * The link to the record before guards against an old record that begins, valid in itself, where
   * a torn write ended.
   */
  private boolean isHeaderValid() {
    long previous = header.getLong(PREVIOUS_OFFSET);
    boolean linked =
        lastRecord == INVALID ? Long.compareUnsigned(previous, record) < 0 : previous == lastRecord;
    int manager = Byte.toUnsignedInt(header.get(MANAGER_OFFSET));
    return linked
        && (manager <= LAST_OWN_MANAGER || customManagers && manager >= FIRST_CUSTOM_MANAGER);
  }

  private long checked(long end) {
    checksum.update(headerBytes, 0, CHECKSUM_OFFSET);
    return (int) checksum.getValue() == header.getInt(CHECKSUM_OFFSET) ? end : INVALID;
  }

  private boolean isOfXlog(int info) {
    return header.get(MANAGER_OFFSET) == XLOG_MANAGER
        && (header.get(INFO_OFFSET) & INFO_MASK) == info;
  }

  private static long aligned(long length) {
    return length + 7 & ~7L;
  }

  @Override
  public void close() {
    pages.close();
  }
}

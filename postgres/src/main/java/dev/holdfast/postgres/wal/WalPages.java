package dev.holdfast.postgres.wal;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * WAL page by page, forwards, each with a header that recovery accepts. Positions are plain numbers
 * here: one object for each record would cost more than the record's checksum.
 */
final class WalPages implements AutoCloseable {
  /** No such page, or none that is valid: here the WAL ends. */
  static final int NONE = -1;

  /** Part of a segment of any size, and a whole number of pages of any size. */
  private static final int WINDOW_BYTES = 1 << 20;

  private static final int FLAGS_OFFSET = 2;
  private static final int TIMELINE_OFFSET = 4;
  private static final int POSITION_OFFSET = 8;
  private static final int REST_OFFSET = 16;
  private static final int SYSTEM_ID_OFFSET = 24;
  private static final int SEGMENT_SIZE_OFFSET = 32;
  private static final int PAGE_SIZE_OFFSET = 36;

  private static final int CONTINUES = 0x0001;
  private static final int LONG_HEADER = 0x0002;
  private static final int OVERWRITES = 0x0008;
  private static final int ALL_FLAGS = 0x000F;

  private static final int SHORT_HEADER_BYTES = 24;

  private final SegmentFiles files;
  private final RecoveryTimelines timelines;
  private final PgControl control;
  private final int magic;
  private final int pageSize;
  private final long segmentMask;

  private final ByteBuffer window =
      ByteBuffer.allocateDirect(WINDOW_BYTES).order(ByteOrder.nativeOrder());
  private long windowStart = -1;
  private int windowBytes;

  private @Nullable FileChannel channel;
  private Path path = Path.of("");
  private Timeline fileTimeline = new Timeline(0);
  private long segmentStart = -1;

  private long page = -1;
  private int flags;
  private long pageTimeline;

  WalPages(SegmentFiles files, RecoveryTimelines timelines, PgControl control, int pageSize) {
    this.files = files;
    this.timelines = timelines;
    this.control = control;
    this.magic = WalHeader.magicOf(control.version());
    this.pageSize = pageSize;
    this.segmentMask = control.walSegmentSize().bytes() - 1L;
  }

  /** What {@link #go} gives positions in. */
  ByteBuffer window() {
    return window;
  }

  /**
   * Makes a page the current one.
   *
   * @param position of the page; never before the current one
   * @return where it begins in the window, or {@link #NONE}
   * @throws HoldfastException file-open (41) or file-read (42) when the host is in the way, which
   *     is no end of the WAL
   */
  int go(long position) {
    if (position != page) {
      page = -1;
      long start = position & ~segmentMask;
      // The first page says whose segment it is, also to whoever begins in its middle.
      if (start != segmentStart && (!open(start) || position != start && !accept(start))
          || !accept(position)) {
        return NONE;
      }
      page = position;
    }
    return (int) (position - windowStart);
  }

  /** Whether the current page begins with the rest of a record. */
  boolean continues() {
    return (flags & CONTINUES) != 0;
  }

  /** Whether it begins with a record in place of the rest of one that was never completed. */
  boolean overwrites() {
    return (flags & OVERWRITES) != 0;
  }

  /** Bytes that are still to come of the record that it continues, unsigned 32 bits. */
  long rest() {
    return Integer.toUnsignedLong(window.getInt((int) (page - windowStart) + REST_OFFSET));
  }

  int headerBytes() {
    return (flags & LONG_HEADER) != 0 ? WalHeader.BYTES : SHORT_HEADER_BYTES;
  }

  /** The timeline of the current page's file. */
  Timeline fileTimeline() {
    return fileTimeline;
  }

  private boolean open(long start) {
    close();
    Optional<WalSegment> segment = files.find(new Lsn(start), fileTimeline);
    if (segment.isEmpty()) {
      return false;
    }
    path = files.path(segment.get());
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (AccessDeniedException e) {
      throw new HoldfastException(
          ErrorCode.FILE_OPEN,
          "unable to open '" + path + "': permission denied",
          e,
          "Run it as the user that owns the cluster, usually 'postgres'.");
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_OPEN, "unable to open '" + path + "': " + e.getMessage(), e);
    }
    fileTimeline = segment.get().timeline();
    segmentStart = start;
    return true;
  }

  private boolean accept(long position) {
    load(position & -WINDOW_BYTES);
    int at = (int) (position - windowStart);
    if (at + pageSize > windowBytes
        || Short.toUnsignedInt(window.getShort(at)) != magic
        || window.getLong(at + POSITION_OFFSET) != position) {
      return false;
    }
    flags = Short.toUnsignedInt(window.getShort(at + FLAGS_OFFSET));
    if ((flags & ~ALL_FLAGS) != 0 || !acceptLongHeader(at, position)) {
      return false;
    }
    long timeline = Integer.toUnsignedLong(window.getInt(at + TIMELINE_OFFSET));
    if (timeline < pageTimeline || !timelines.contains(timeline)) {
      return false;
    }
    pageTimeline = timeline;
    return true;
  }

  private boolean acceptLongHeader(int at, long position) {
    if ((flags & LONG_HEADER) == 0) {
      return position != segmentStart;
    }
    return window.getLong(at + SYSTEM_ID_OFFSET) == control.systemId().value()
        && window.getInt(at + SEGMENT_SIZE_OFFSET) == control.walSegmentSize().bytes()
        && window.getInt(at + PAGE_SIZE_OFFSET) == pageSize;
  }

  private void load(long start) {
    if (start == windowStart) {
      return;
    }
    FileChannel open = channel;
    if (open == null) {
      throw new IllegalStateException("no segment is open");
    }
    windowStart = start;
    windowBytes = 0;
    window.clear();
    try {
      int read = 0;
      while (read >= 0 && window.hasRemaining()) {
        read = open.read(window, start - segmentStart + window.position());
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + path + "': " + e.getMessage(), e);
    }
    windowBytes = window.position();
    window.clear();
  }

  @Override
  public void close() {
    FileChannel open = channel;
    channel = null;
    segmentStart = -1;
    windowStart = -1;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new HoldfastException(
            ErrorCode.FILE_CLOSE, "unable to close '" + path + "': " + e.getMessage(), e);
      }
    }
  }
}

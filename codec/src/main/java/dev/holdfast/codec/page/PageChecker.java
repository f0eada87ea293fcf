package dev.holdfast.codec.page;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Checks the pages of one relation segment while its bytes pass by, in pieces of any size.
 *
 * <p>Bytes beyond the last whole page make the file misaligned. The caller passes no more bytes
 * than it stores.
 */
public final class PageChecker {
  /** Where a page's header holds the end of its free space, 16 bits; never 0 on a used page. */
  private static final int UPPER_OFFSET = 14;

  private final int pageSize;
  private final boolean headerCheck;
  private final PageReader reader;
  private final long firstBlock;
  private final byte[] partial;
  private final byte[] again;
  private final List<PageRange> invalid = new ArrayList<>();
  private int partialLength;
  private long pages;

  /**
   * Begins a check.
   *
   * @param segmentNumber the number after the dot in the file's name; 0 without one
   * @param pagesPerSegment 131072 for segments of 1 GiB and pages of 8 KiB
   * @param pageSize in bytes, a multiple of 128
   * @param headerCheck the option page-header-check: whether an unused page is recognised by its
   *     header; off for clusters that encrypt their pages, where the checksum field stays 0
   * @param reader reads a page again before it is reported
   */
  public PageChecker(
      int segmentNumber,
      int pagesPerSegment,
      int pageSize,
      boolean headerCheck,
      PageReader reader) {
    if (pageSize < 1024 || pageSize % 128 != 0) {
      throw new IllegalArgumentException("a page cannot have " + pageSize + " bytes");
    }
    this.pageSize = pageSize;
    this.headerCheck = headerCheck;
    this.reader = reader;
    this.firstBlock = (long) segmentNumber * pagesPerSegment;
    this.partial = new byte[pageSize];
    this.again = new byte[pageSize];
  }

  /** Takes the next bytes of the file. */
  public void update(byte[] bytes, int offset, int length) throws IOException {
    int position = offset;
    int end = offset + length;
    if (partialLength > 0) {
      int count = Math.min(pageSize - partialLength, length);
      System.arraycopy(bytes, position, partial, partialLength, count);
      partialLength += count;
      position += count;
      if (partialLength < pageSize) {
        return;
      }
      check(partial, 0);
      partialLength = 0;
    }
    for (; end - position >= pageSize; position += pageSize) {
      check(bytes, position);
    }
    partialLength = end - position;
    System.arraycopy(bytes, position, partial, 0, partialLength);
  }

  /** The result for all bytes taken. */
  public PageCheck finish() {
    return new PageCheck(partialLength == 0, invalid);
  }

  private void check(byte[] bytes, int offset) throws IOException {
    long block = firstBlock + pages;
    long position = pages * pageSize;
    pages++;
    if (isValid(bytes, offset, block)) {
      return;
    }
    int count = reader.reread(position, again);
    if (count == pageSize && Arrays.equals(again, 0, pageSize, bytes, offset, offset + pageSize)) {
      report(block);
    }
  }

  private boolean isValid(byte[] bytes, int offset, long block) {
    boolean unused =
        headerCheck
            ? (bytes[offset + UPPER_OFFSET] | bytes[offset + UPPER_OFFSET + 1]) == 0
            : PageChecksum.stored(bytes, offset) == 0;
    if (unused) {
      // A page that only looks unused but is not empty has no checksum that could be right: its
      // header is damaged, or its stored checksum is one that no page ever gets.
      return isZero(bytes, offset);
    }
    return PageChecksum.stored(bytes, offset)
        == PageChecksum.checksum(bytes, offset, pageSize, (int) block);
  }

  private boolean isZero(byte[] bytes, int offset) {
    for (int i = offset; i < offset + pageSize; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private void report(long block) {
    int latest = invalid.size() - 1;
    if (latest >= 0 && invalid.get(latest).last() == block - 1) {
      invalid.set(latest, new PageRange(invalid.get(latest).first(), block));
    } else {
      invalid.add(new PageRange(block, block));
    }
  }
}

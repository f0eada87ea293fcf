package dev.holdfast.repository.ini;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Splits a stream into lines, each a part of {@link #buffer} until the next is read. */
final class LineReader {
  /** Longer lines are no info file's: the longest hold the invalid pages of one file. */
  private static final int LINE_MAX = 64 << 20;

  private final InputStream source;
  private int next;
  private int filled;
  private boolean ended;

  byte[] buffer = new byte[16 * 1024];
  int from;
  int to;
  int number;

  LineReader(InputStream source) {
    this.source = source;
  }

  /** Reads the next line, without its line feed; false at the end. */
  boolean next() throws IOException {
    from = next;
    int scanned = next;
    while (true) {
      for (int i = scanned; i < filled; i++) {
        if (buffer[i] == '\n') {
          to = i;
          next = i + 1;
          number++;
          return true;
        }
      }
      scanned = filled - from;
      if (ended) {
        to = filled;
        next = filled;
        number++;
        return from < filled;
      }
      fill();
      scanned += from;
    }
  }

  private void fill() throws IOException {
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, filled - from);
      filled -= from;
      from = 0;
    }
    if (filled == buffer.length) {
      if (filled >= LINE_MAX) {
        throw new HoldfastException(ErrorCode.FORMAT, "line " + (number + 1) + " is too long");
      }
      buffer = Arrays.copyOf(buffer, Math.clamp(buffer.length * 4L, 64 * 1024, LINE_MAX));
    }
    int count = source.read(buffer, filled, buffer.length - filled);
    if (count < 0) {
      ended = true;
    } else {
      filled += count;
    }
  }

  /** Whether the line begins with this. */
  boolean startsWith(byte[] prefix) {
    return to - from >= prefix.length
        && Arrays.equals(buffer, from, from + prefix.length, prefix, 0, prefix.length);
  }
}

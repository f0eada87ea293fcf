package dev.holdfast.engine.work;

import java.io.IOException;
import java.io.InputStream;

/** The next so many bytes of a stream that may go on after them, or end before. */
public final class BoundedInput extends InputStream {
  private final InputStream input;
  private final boolean closes;
  private long left;

  private BoundedInput(InputStream input, long length, boolean closes) {
    this.input = input;
    this.left = length;
    this.closes = closes;
  }

  /** The next {@code length} bytes of {@code input}, which others go on reading. */
  public static BoundedInput partOf(InputStream input, long length) {
    return new BoundedInput(input, length, false);
  }

  /** The first {@code length} bytes of {@code input}, which is closed with them. */
  public static BoundedInput beginningOf(InputStream input, long length) {
    return new BoundedInput(input, length, true);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (left <= 0) {
      return -1;
    }
    int read = input.read(buffer, offset, (int) Math.min(length, left));
    if (read > 0) {
      left -= read;
    }
    return read;
  }

  /** Passes over what a decoder left unread, such as padding. */
  public void drain() throws IOException {
    input.skipNBytes(left);
    left = 0;
  }

  @Override
  public void close() throws IOException {
    if (closes) {
      input.close();
    }
  }
}

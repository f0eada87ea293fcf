package dev.holdfast.engine.work;

import java.io.IOException;
import java.io.InputStream;

/**
 * The next so many bytes of a stream that goes on after them; closing it leaves the stream open.
 */
public final class BoundedInput extends InputStream {
  private final InputStream input;
  private long left;

  /** The next {@code length} bytes of {@code input}. */
  public BoundedInput(InputStream input, long length) {
    this.input = input;
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (left == 0) {
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
}

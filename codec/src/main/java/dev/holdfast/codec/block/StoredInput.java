package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;

/** The stored bytes of one super block, in a stream that goes on after them. */
final class StoredInput extends InputStream {
  private final InputStream source;
  private long left;

  StoredInput(InputStream source, long size) {
    this.source = source;
    this.left = size;
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      return -1;
    }
    int count = source.read(bytes, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "unexpected end of super blocks: " + left + " bytes are missing");
    }
    left -= count;
    return count;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, left);
  }

  /** Passes over what nobody wants, which must be there all the same. */
  void drain() throws IOException {
    byte[] scratch = new byte[(int) Math.min(left, 16 * 1024)];
    while (left > 0) {
      read(scratch, 0, scratch.length);
    }
  }

  @Override
  public void close() {
    // The source goes on with the next super block.
  }
}

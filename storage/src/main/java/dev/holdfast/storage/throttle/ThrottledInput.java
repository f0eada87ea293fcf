package dev.holdfast.storage.throttle;

import java.io.IOException;
import java.io.InputStream;

/** Reads no faster than a bandwidth allows. What is skipped is read, and counts. */
final class ThrottledInput extends InputStream {
  private final InputStream input;
  private final Bandwidth bandwidth;

  ThrottledInput(InputStream input, Bandwidth bandwidth) {
    this.input = input;
    this.bandwidth = bandwidth;
  }

  @Override
  public int read() throws IOException {
    int value = input.read();
    if (value >= 0) {
      bandwidth.take(1);
    }
    return value;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = input.read(bytes, offset, Math.min(length, bandwidth.slice()));
    if (count > 0) {
      bandwidth.take(count);
    }
    return count;
  }

  @Override
  public int available() throws IOException {
    return input.available();
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}

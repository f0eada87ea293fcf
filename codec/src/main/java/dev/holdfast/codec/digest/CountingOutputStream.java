package dev.holdfast.codec.digest;

import java.io.IOException;
import java.io.OutputStream;

/** Passes bytes on and counts them. */
public final class CountingOutputStream extends OutputStream {
  private final OutputStream sink;
  private long count;

  /** Passes on to {@code sink}, and closes it when closed. */
  public CountingOutputStream(OutputStream sink) {
    this.sink = sink;
  }

  /** How many bytes were written. */
  public long count() {
    return count;
  }

  @Override
  public void write(int value) throws IOException {
    sink.write(value);
    count++;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    sink.write(bytes, offset, length);
    count += length;
  }

  @Override
  public void flush() throws IOException {
    sink.flush();
  }

  @Override
  public void close() throws IOException {
    sink.close();
  }
}

package dev.holdfast.codec.block;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The end that super blocks and the map are written to: counts, is not closed by them, and takes
 * nothing more once it was cut off, so that giving up does not write the end of a frame.
 */
final class StoredOutput extends OutputStream {
  private final OutputStream sink;
  private long count;
  private boolean cutOff;

  StoredOutput(OutputStream sink) {
    this.sink = sink;
  }

  long count() {
    return count;
  }

  void cutOff() {
    cutOff = true;
  }

  @Override
  public void write(int value) throws IOException {
    if (!cutOff) {
      sink.write(value);
      count++;
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (!cutOff) {
      sink.write(bytes, offset, length);
      count += length;
    }
  }
}

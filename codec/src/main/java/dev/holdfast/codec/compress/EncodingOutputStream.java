package dev.holdfast.codec.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** What the compressing streams share: argument checks, and finishing exactly once. */
abstract class EncodingOutputStream extends OutputStream {
  final OutputStream sink;
  private boolean closed;

  EncodingOutputStream(OutputStream sink) {
    this.sink = sink;
  }

  /** Takes input; the range was checked. */
  abstract void encode(byte[] bytes, int offset, int length) throws IOException;

  /** Writes what is left and the end of the frame. */
  abstract void finish() throws IOException;

  /** Gives contexts back; called once, whether or not finishing succeeded. */
  abstract void release();

  @Override
  public final void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public final void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (closed) {
      throw new IOException("the compressing stream is closed");
    }
    encode(bytes, offset, length);
  }

  @Override
  public final void flush() throws IOException {
    sink.flush();
  }

  @Override
  public final void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (sink) {
      try {
        finish();
      } finally {
        release();
      }
    }
  }
}

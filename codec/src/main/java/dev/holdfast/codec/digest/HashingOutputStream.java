package dev.holdfast.codec.digest;

import dev.holdfast.domain.Sha1Hash;
import java.io.IOException;
import java.io.OutputStream;

/** Passes bytes on and takes their SHA-1 and number. */
public final class HashingOutputStream extends OutputStream {
  private final OutputStream sink;
  private final Sha1 sha1 = new Sha1();

  /** Passes on to {@code sink}, and closes it when closed. */
  public HashingOutputStream(OutputStream sink) {
    this.sink = sink;
  }

  /** The SHA-1 of what was written; nothing may be written after it. */
  public Sha1Hash hash() {
    return sha1.hash();
  }

  /** How many bytes were written. */
  public long count() {
    return sha1.count();
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    sink.write(bytes, offset, length);
    sha1.update(bytes, offset, length);
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

package dev.holdfast.codec.digest;

import dev.holdfast.domain.Sha1Hash;
import java.io.IOException;
import java.io.InputStream;

/**
 * Passes bytes on and takes their SHA-1 and number. What is skipped is read and counted, so that
 * the hash is always that of everything up to the current position.
 */
public final class HashingInputStream extends InputStream {
  private final InputStream source;
  private final Sha1 sha1 = new Sha1();

  /** Reads from {@code source}, and closes it when closed. */
  public HashingInputStream(InputStream source) {
    this.source = source;
  }

  /** The SHA-1 of what was read so far; nothing may be read after it. */
  public Sha1Hash hash() {
    return sha1.hash();
  }

  /** How many bytes were read. */
  public long count() {
    return sha1.count();
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = source.read(bytes, offset, length);
    if (count > 0) {
      sha1.update(bytes, offset, count);
    }
    return count;
  }

  @Override
  public int available() throws IOException {
    return source.available();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}

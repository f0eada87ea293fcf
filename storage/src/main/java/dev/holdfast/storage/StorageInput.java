package dev.holdfast.storage;

import java.io.InputStream;
import java.util.Objects;

/**
 * A file being read: what a driver has to say is how some bytes get into an array. Its {@code read}
 * throws {@link dev.holdfast.domain.HoldfastException} (file-read, 42), and never ends early
 * without saying so. Used by one thread.
 */
public abstract class StorageInput extends InputStream {

  /**
   * Reads at least one byte.
   *
   * @param length how many at most, 1 and up; the range lies within the array
   * @return how many, or -1 at the end
   */
  protected abstract int readSome(byte[] bytes, int offset, int length);

  @Override
  public final int read(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    return length == 0 ? 0 : readSome(bytes, offset, length);
  }

  @Override
  public final int read() {
    byte[] one = new byte[1];
    return readSome(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }
}

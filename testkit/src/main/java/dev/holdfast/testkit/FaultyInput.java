package dev.holdfast.testkit;

import dev.holdfast.domain.ErrorCode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A file being read from a {@link FaultyStorage}. */
final class FaultyInput extends FilterInputStream {
  private final String path;
  private final FaultyStorage storage;
  private boolean truncated;

  FaultyInput(String path, InputStream input, FaultyStorage storage) {
    super(input);
    this.path = path;
    this.storage = storage;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    storage.before(ErrorCode.FILE_READ, "read of", path);
    if (length == 0) {
      return 0;
    }
    truncated = truncated || storage.strikes(Fault.TRUNCATED_READ, "read of", path);
    if (truncated) {
      return -1;
    }
    boolean shortened = length > 1 && storage.strikes(Fault.SHORT_READ, "read of", path);
    int count = super.read(bytes, offset, shortened ? 1 + length / 3 : length);
    if (count > 0 && storage.strikes(Fault.FLIPPED_BIT, "read of", path)) {
      bytes[offset + count / 2] ^= (byte) (1 << count % Byte.SIZE);
    }
    return count;
  }
}

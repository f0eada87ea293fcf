package dev.holdfast.codec.compress;

import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.jspecify.annotations.Nullable;

/** Reads one bzip2 stream that must reach to the input's end. */
final class Bz2InputStream extends DecodingInputStream {
  private final Compressed compressed = new Compressed();
  private @Nullable BZip2CompressorInputStream decoder;

  Bz2InputStream(InputStream source) {
    super(source, "bz2");
  }

  @Override
  int decode(byte[] bytes, int offset, int length) throws IOException {
    int count;
    try {
      BZip2CompressorInputStream current = decoder;
      if (current == null) {
        current = new BZip2CompressorInputStream(compressed, false);
        decoder = current;
      }
      count = current.read(bytes, offset, length);
    } catch (IOException e) {
      if (e == compressed.failure) {
        throw e;
      }
      throw compressed.ended ? truncated() : damaged(String.valueOf(e.getMessage()), e);
    } catch (IndexOutOfBoundsException e) {
      // Some impossible tables make the library run over its arrays instead of complaining.
      throw damaged("impossible values in a block", e);
    }
    if (count < 0) {
      expectEnd();
    }
    return count;
  }

  @Override
  void release() {
    decoder = null;
  }

  /** Hands the compressed bytes to the library and remembers why they ended. */
  private final class Compressed extends InputStream {
    private @Nullable IOException failure;
    private boolean ended;

    @Override
    public int read() throws IOException {
      try {
        if (!fill()) {
          ended = true;
          return -1;
        }
        return buffer[position++] & 0xFF;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}

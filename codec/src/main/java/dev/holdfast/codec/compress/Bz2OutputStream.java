package dev.holdfast.codec.compress;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes one bzip2 stream. */
final class Bz2OutputStream extends EncodingOutputStream {
  private final int level;
  private @Nullable BZip2CompressorOutputStream encoder;

  Bz2OutputStream(OutputStream sink, int level) {
    super(sink);
    this.level = level;
  }

  /** The encoder writes its header as soon as it exists, which may fail; so it comes late. */
  private BZip2CompressorOutputStream encoder() throws IOException {
    BZip2CompressorOutputStream existing = encoder;
    if (existing == null) {
      existing = new BZip2CompressorOutputStream(new Collected(sink), level);
      encoder = existing;
    }
    return existing;
  }

  @Override
  void encode(byte[] bytes, int offset, int length) throws IOException {
    encoder().write(bytes, offset, length);
  }

  @Override
  void finish() throws IOException {
    encoder().close();
  }

  @Override
  void release() {
    encoder = null;
  }

  /** Collects the encoder's single bytes, and leaves the sink open when the encoder closes. */
  private static final class Collected extends java.io.BufferedOutputStream {
    Collected(OutputStream sink) {
      super(sink, 64 * 1024);
    }

    @Override
    public void close() throws IOException {
      flushBuffer();
    }

    private void flushBuffer() throws IOException {
      if (count > 0) {
        out.write(buf, 0, count);
        count = 0;
      }
    }
  }
}

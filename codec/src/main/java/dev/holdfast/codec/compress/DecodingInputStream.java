package dev.holdfast.codec.compress;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the decompressing streams share: the compressed bytes in a buffer, and the errors for input
 * that ends too early or goes on too long.
 */
abstract class DecodingInputStream extends InputStream {
  static final int BUFFER_SIZE = 256 * 1024;
  private static final ContextPool<byte[]> BUFFERS =
      new ContextPool<>(() -> new byte[BUFFER_SIZE], buffer -> {});

  private final InputStream source;
  private final String format;

  /** Compressed bytes that were read but not decoded: from {@link #position} to {@link #limit}. */
  final byte[] buffer;

  int position;
  int limit;
  private boolean closed;
  private boolean ended;

  DecodingInputStream(InputStream source, String format) {
    this.source = source;
    this.format = format;
    this.buffer = BUFFERS.take();
  }

  /**
   * Decodes at least one byte into the array, or returns -1 at the valid end of the data; the range
   * was checked and is not empty. Not called again after it returned -1.
   */
  abstract int decode(byte[] bytes, int offset, int length) throws IOException;

  /** Gives contexts back; called once. */
  abstract void release();

  /** Reads more compressed bytes when none are left; false at the end of the input. */
  final boolean fill() throws IOException {
    if (position < limit) {
      return true;
    }
    int count = source.read(buffer, 0, buffer.length);
    position = 0;
    limit = Math.max(count, 0);
    return count > 0;
  }

  /** The next compressed byte, which must be there. */
  final int nextByte() throws IOException {
    if (!fill()) {
      throw truncated();
    }
    return buffer[position++] & 0xFF;
  }

  /** The next compressed bytes as a little-endian number of 32 bits. */
  final int nextInt() throws IOException {
    int value = nextByte();
    value |= nextByte() << 8;
    value |= nextByte() << 16;
    return value | nextByte() << 24;
  }

  /** Checks that nothing follows the compressed data. */
  final void expectEnd() throws IOException {
    if (fill()) {
      throw damaged("there are bytes after its end", null);
    }
  }

  final HoldfastException truncated() {
    return new HoldfastException(ErrorCode.FORMAT, "unexpected end of " + format + " data");
  }

  final HoldfastException damaged(String what, @Nullable Throwable cause) {
    return new HoldfastException(ErrorCode.FORMAT, "invalid " + format + " data: " + what, cause);
  }

  @Override
  public final int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  @Override
  public final int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (closed) {
      throw new IOException("the decompressing stream is closed");
    }
    if (length == 0) {
      return 0;
    }
    if (ended) {
      return -1;
    }
    int count = decode(bytes, offset, length);
    ended = count < 0;
    return count;
  }

  @Override
  public final void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (source) {
      release();
      BUFFERS.give(buffer);
    }
  }
}

package dev.holdfast.codec.compress;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads one gzip member, or one zlib stream in raw mode, that must reach to the input's end. */
final class GzInputStream extends DecodingInputStream {
  private static final ContextPool<Inflater> GZIP = pool(true);
  private static final ContextPool<Inflater> ZLIB = pool(false);

  private static final int METHOD_DEFLATE = 8;
  private static final int FLAG_HEADER_CRC = 2;
  private static final int FLAG_EXTRA = 4;
  private static final int FLAG_NAME = 8;
  private static final int FLAG_COMMENT = 16;
  private static final int FLAG_RESERVED = 0xE0;

  private final boolean raw;
  private final ContextPool<Inflater> pool;
  private final Inflater inflater;
  private final CRC32 crc = new CRC32();
  private long total;
  private boolean begun;

  GzInputStream(InputStream source, boolean raw) {
    super(source, raw ? "zlib" : "gz");
    this.raw = raw;
    this.pool = raw ? ZLIB : GZIP;
    this.inflater = pool.take();
  }

  private static ContextPool<Inflater> pool(boolean withoutFraming) {
    return new ContextPool<>(() -> new Inflater(withoutFraming), Inflater::end);
  }

  @Override
  int decode(byte[] bytes, int offset, int length) throws IOException {
    if (!begun) {
      begun = true;
      if (!raw) {
        readHeader();
      }
    }
    while (true) {
      int count = inflate(bytes, offset, length);
      if (count > 0) {
        if (!raw) {
          crc.update(bytes, offset, count);
          total += count;
        }
        return count;
      }
      if (inflater.finished()) {
        position = limit - inflater.getRemaining();
        readTrailer();
        return -1;
      }
      if (inflater.needsDictionary()) {
        throw damaged("it needs a dictionary", null);
      }
      if (!inflater.needsInput()) {
        throw damaged("the decompressor stands still", null);
      }
      position = limit;
      if (!fill()) {
        throw truncated();
      }
      inflater.setInput(buffer, position, limit - position);
    }
  }

  private int inflate(byte[] bytes, int offset, int length) {
    try {
      return inflater.inflate(bytes, offset, length);
    } catch (DataFormatException e) {
      throw damaged(String.valueOf(e.getMessage()), e);
    }
  }

  private void readHeader() throws IOException {
    if (nextByte() != 0x1f || nextByte() != 0x8b) {
      throw damaged("it does not begin as such", null);
    }
    if (nextByte() != METHOD_DEFLATE) {
      throw damaged("unknown method", null);
    }
    int flags = nextByte();
    if ((flags & FLAG_RESERVED) != 0) {
      throw damaged("unknown flags", null);
    }
    pass(6);
    if ((flags & FLAG_EXTRA) != 0) {
      int low = nextByte();
      pass(nextByte() << 8 | low);
    }
    if ((flags & FLAG_NAME) != 0) {
      skipText();
    }
    if ((flags & FLAG_COMMENT) != 0) {
      skipText();
    }
    if ((flags & FLAG_HEADER_CRC) != 0) {
      pass(2);
    }
    if (position < limit) {
      inflater.setInput(buffer, position, limit - position);
    }
  }

  private void pass(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      nextByte();
    }
  }

  private void skipText() throws IOException {
    while (nextByte() != 0) {
      // The name and comment of a member mean nothing to us.
    }
  }

  private void readTrailer() throws IOException {
    if (!raw) {
      if (nextInt() != (int) crc.getValue()) {
        throw damaged("the checksum does not match", null);
      }
      if (nextInt() != (int) total) {
        throw damaged("the length does not match", null);
      }
    }
    expectEnd();
  }

  @Override
  void release() {
    inflater.reset();
    pool.give(inflater);
  }
}

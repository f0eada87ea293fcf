package dev.holdfast.codec.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes one gzip member, or one zlib stream in raw mode. */
final class GzOutputStream extends EncodingOutputStream {
  private static final int BUFFER_SIZE = 64 * 1024;
  private static final Map<Settings, ContextPool<Context>> POOLS = new ConcurrentHashMap<>();

  /** Magic, deflate, no flags, no time, no extra flags, written on Unix. */
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};

  private record Settings(int level, boolean raw) {}

  private record Context(Deflater deflater, byte[] buffer, CRC32 crc) {}

  private final ContextPool<Context> pool;
  private final Context context;
  private final boolean raw;
  private boolean begun;
  private long total;

  GzOutputStream(OutputStream sink, int level, boolean raw) {
    super(sink);
    this.raw = raw;
    this.pool =
        POOLS.computeIfAbsent(
            new Settings(level, raw),
            // A zlib stream carries its own header and Adler-32; a gzip member is framed here.
            settings ->
                new ContextPool<>(
                    () ->
                        new Context(
                            new Deflater(settings.level(), !settings.raw()),
                            new byte[BUFFER_SIZE],
                            new CRC32()),
                    idle -> idle.deflater().end()));
    this.context = pool.take();
  }

  @Override
  void encode(byte[] bytes, int offset, int length) throws IOException {
    begin();
    Deflater deflater = context.deflater();
    deflater.setInput(bytes, offset, length);
    if (!raw) {
      context.crc().update(bytes, offset, length);
      total += length;
    }
    while (!deflater.needsInput()) {
      drain();
    }
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      if (!raw) {
        sink.write(HEADER);
      }
    }
  }

  private void drain() throws IOException {
    int count = context.deflater().deflate(context.buffer(), 0, BUFFER_SIZE);
    if (count > 0) {
      sink.write(context.buffer(), 0, count);
    }
  }

  @Override
  void finish() throws IOException {
    begin();
    Deflater deflater = context.deflater();
    deflater.finish();
    while (!deflater.finished()) {
      drain();
    }
    if (!raw) {
      byte[] trailer = new byte[8];
      LittleEndian.putInt(trailer, 0, (int) context.crc().getValue());
      LittleEndian.putInt(trailer, 4, (int) total);
      sink.write(trailer);
    }
  }

  @Override
  void release() {
    context.deflater().reset();
    context.crc().reset();
    pool.give(context);
  }
}

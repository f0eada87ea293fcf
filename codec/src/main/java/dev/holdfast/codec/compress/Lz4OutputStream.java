package dev.holdfast.codec.compress;

import com.dynatrace.hash4j.hashing.HashStream32;
import com.dynatrace.hash4j.hashing.Hashing;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;

/**
 * Writes one LZ4 frame of independent blocks.
 *
 * <p>The blocks hold 256 KiB rather than the 64 KiB of the C library, which makes up for their not
 * seeing the block before them. Below level 3 the fast compressor works, whatever the level: the
 * acceleration of negative levels is not offered by the library.
 */
final class Lz4OutputStream extends EncodingOutputStream {
  private static final int BLOCK_SIZE = 256 * 1024;
  private static final int FIRST_BUFFER_SIZE = 16 * 1024;
  private static final int THOROUGH_LEVEL = 3;

  private static final Map<Integer, LZ4Compressor> COMPRESSORS = new ConcurrentHashMap<>();
  private static final ContextPool<Context> POOL = new ContextPool<>(Context::new, idle -> {});

  /** Grows with what is written, so that small files do not pay for a whole block. */
  private static final class Context {
    byte[] input = new byte[FIRST_BUFFER_SIZE];
    byte[] output = new byte[0];
    final HashStream32 hash = Hashing.xxh32().hashStream();
  }

  private final Context context;
  private final LZ4Compressor compressor;
  private final boolean withContentChecksum;
  private boolean begun;
  private int filled;

  Lz4OutputStream(OutputStream sink, int level, boolean withContentChecksum) {
    super(sink);
    this.withContentChecksum = withContentChecksum;
    this.compressor =
        COMPRESSORS.computeIfAbsent(
            level < THOROUGH_LEVEL ? 0 : level, Lz4OutputStream::compressor);
    this.context = POOL.take();
  }

  private static LZ4Compressor compressor(int level) {
    LZ4Factory factory = LZ4Factory.fastestInstance();
    return level == 0 ? factory.fastCompressor() : factory.highCompressor(level);
  }

  @Override
  void encode(byte[] bytes, int offset, int length) throws IOException {
    if (withContentChecksum) {
      context.hash.putBytes(bytes, offset, length);
    }
    int position = offset;
    int end = offset + length;
    while (position < end) {
      int count = Math.min(end - position, BLOCK_SIZE - filled);
      if (count == BLOCK_SIZE) {
        writeBlock(bytes, position, count);
      } else {
        makeRoom(filled + count);
        System.arraycopy(bytes, position, context.input, filled, count);
        filled += count;
        if (filled == BLOCK_SIZE) {
          writeBlock(context.input, 0, filled);
          filled = 0;
        }
      }
      position += count;
    }
  }

  private void makeRoom(int needed) {
    if (context.input.length < needed) {
      int size = Math.min(BLOCK_SIZE, Integer.highestOneBit(needed - 1) << 1);
      context.input = Arrays.copyOf(context.input, size);
    }
  }

  private void writeBlock(byte[] bytes, int offset, int length) throws IOException {
    begin();
    int bound = 4 + compressor.maxCompressedLength(length);
    if (context.output.length < bound) {
      context.output = new byte[bound];
    }
    byte[] output = context.output;
    int size = compressor.compress(bytes, offset, length, output, 4, bound - 4);
    if (size < length) {
      LittleEndian.putInt(output, 0, size);
      sink.write(output, 0, 4 + size);
    } else {
      LittleEndian.putInt(output, 0, length | Lz4Frame.STORED_BLOCK);
      sink.write(output, 0, 4);
      sink.write(bytes, offset, length);
    }
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      sink.write(Lz4Frame.header(withContentChecksum));
    }
  }

  @Override
  void finish() throws IOException {
    begin();
    if (filled > 0) {
      writeBlock(context.input, 0, filled);
    }
    byte[] end = new byte[withContentChecksum ? 8 : 4];
    if (withContentChecksum) {
      LittleEndian.putInt(end, 4, context.hash.getAsInt());
    }
    sink.write(end);
  }

  @Override
  void release() {
    context.hash.reset();
    POOL.give(context);
  }
}

package dev.holdfast.codec.compress;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes one Zstandard frame. */
final class ZstOutputStream extends EncodingOutputStream {
  private static final int BUFFER_SIZE = 128 * 1024;

  /** From here on a context holds tens of megabytes, which are not kept for a next file. */
  private static final int POOLED_LEVEL_LIMIT = 12;

  private static final ContextPool<Context> POOL = new ContextPool<>(Context::new, Context::close);
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private static final class Context {
    final ZstdCompressCtx encoder = new ZstdCompressCtx();
    final ByteBuffer output = ByteBuffer.allocate(BUFFER_SIZE);

    void close() {
      encoder.close();
    }
  }

  private final Context context;
  private final int level;

  ZstOutputStream(OutputStream sink, int level) {
    super(sink);
    this.level = level;
    this.context = POOL.take();
    context.encoder.setLevel(level);
  }

  @Override
  void encode(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer input = ByteBuffer.wrap(bytes, offset, length);
    while (input.hasRemaining()) {
      context.encoder.compressByteBufferStream(context.output, input, EndDirective.CONTINUE);
      if (!context.output.hasRemaining()) {
        drain();
      }
    }
  }

  private void drain() throws IOException {
    sink.write(context.output.array(), 0, context.output.position());
    context.output.clear();
  }

  @Override
  void finish() throws IOException {
    boolean done;
    do {
      done =
          context.encoder.compressByteBufferStream(
              context.output, NOTHING.duplicate(), EndDirective.END);
      drain();
    } while (!done);
  }

  @Override
  void release() {
    if (level > POOLED_LEVEL_LIMIT) {
      context.close();
    } else {
      context.output.clear();
      context.encoder.reset();
      POOL.give(context);
    }
  }
}

package dev.holdfast.codec.compress;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Reads Zstandard frames up to the end of the input. The library refuses windows above 128 MiB, so
 * damaged input cannot ask for more memory than that.
 */
final class ZstInputStream extends DecodingInputStream {
  private static final ContextPool<ZstdDecompressCtx> POOL =
      new ContextPool<>(ZstdDecompressCtx::new, ZstdDecompressCtx::close);

  private final ZstdDecompressCtx decoder = POOL.take();
  private final ByteBuffer input = ByteBuffer.wrap(buffer);
  private boolean frameEnded;

  ZstInputStream(InputStream source) {
    super(source, "zst");
  }

  @Override
  int decode(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer output = ByteBuffer.wrap(bytes, offset, length);
    while (true) {
      if (position == limit) {
        if (!frameEnded) {
          // Without input, the decoder passes on what it still holds of the current frame.
          step(output);
          if (output.position() > offset) {
            break;
          }
        }
        if (!fill()) {
          if (frameEnded) {
            return -1;
          }
          throw truncated();
        }
      }
      step(output);
      if (output.position() > offset) {
        break;
      }
    }
    return output.position() - offset;
  }

  private void step(ByteBuffer output) {
    input.limit(limit).position(position);
    try {
      frameEnded = decoder.decompressByteBufferStream(output, input);
    } catch (ZstdException e) {
      throw damaged(String.valueOf(e.getMessage()), e);
    }
    position = input.position();
  }

  @Override
  void release() {
    decoder.reset();
    POOL.give(decoder);
  }
}

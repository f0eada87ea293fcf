package dev.holdfast.codec.block;

import dev.holdfast.codec.cipher.BlockCipher;
import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * How super blocks and maps are stored: super blocks compressed and encrypted, maps encrypted only,
 * always in raw mode.
 *
 * @param compression of the super blocks
 * @param level of the compression; only writing looks at it
 * @param pass what the backup's data is encrypted with, or null when it is not
 */
public record BlockCoding(CompressionType compression, int level, @Nullable CipherPass pass) {
  /** Far above any real map; a stored size beyond it is damage. */
  private static final int LARGEST_MAP = 1 << 30;

  /** Encodes one super block into the sink, which is closed with it. */
  OutputStream superBlockOutput(OutputStream sink) {
    return compression.compress(mapOutput(sink), level, true);
  }

  /** Decodes one super block, which the source holds up to its end. */
  InputStream superBlockInput(InputStream source) {
    return compression.decompress(mapInput(source), true);
  }

  /** Encodes a map into the sink, which is closed with it. */
  OutputStream mapOutput(OutputStream sink) {
    return pass == null ? sink : BlockCipher.encrypt(sink, pass, true);
  }

  private InputStream mapInput(InputStream source) {
    return pass == null ? source : BlockCipher.decrypt(source, pass, true);
  }

  /**
   * Reads a stored map, which {@code source} holds up to its end; the caller closes {@code source}.
   * Damage throws a {@code HoldfastException} with code FORMAT or CRYPTO.
   */
  public BlockMap readMap(InputStream source, BlockFormat format) throws IOException {
    byte[] bytes = mapInput(source).readNBytes(LARGEST_MAP);
    if (bytes.length == LARGEST_MAP) {
      throw new HoldfastException(ErrorCode.FORMAT, "invalid block map: it is too large");
    }
    return BlockMap.read(bytes, format);
  }
}

package dev.holdfast.repository;

import dev.holdfast.codec.cipher.BlockCipher;
import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * How a file's bytes become those stored: compressed, then encrypted.
 *
 * @param compression the compression
 * @param pass the passphrase; empty when not encrypted
 * @param raw whether both leave out what a reader can know: bundles of newer backups, and blocks
 */
public record FileEncoding(CompressionType compression, Optional<CipherPass> pass, boolean raw) {

  /** Encrypted only, as info files, manifests and timeline histories are. */
  public static FileEncoding encrypted(Optional<CipherPass> pass) {
    return new FileEncoding(CompressionType.NONE, pass, false);
  }

  /**
   * Encodes what is written, into {@code sink}. {@code close()} writes the last bytes and leaves
   * {@code sink} open, because closing a {@link dev.holdfast.storage.StorageOutput} that was not
   * committed abandons it, and a bundle goes on after one file.
   *
   * @param level the compression level
   */
  public OutputStream encode(OutputStream sink, int level) {
    OutputStream shielded = new Shield(sink);
    OutputStream encrypted =
        pass.isPresent() ? BlockCipher.encrypt(shielded, pass.get(), raw) : shielded;
    return compression.compress(encrypted, level, raw);
  }

  /** Decodes what {@code source} holds up to its end; {@code close()} closes {@code source}. */
  public InputStream decode(InputStream source) {
    InputStream decrypted =
        pass.isPresent() ? BlockCipher.decrypt(source, pass.get(), raw) : source;
    return compression.decompress(decrypted, raw);
  }

  private static final class Shield extends FilterOutputStream {
    Shield(OutputStream sink) {
      super(sink);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() {}
  }
}

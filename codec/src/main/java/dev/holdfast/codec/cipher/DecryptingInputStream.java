package dev.holdfast.codec.cipher;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/** The decrypting half of {@link BlockCipher}. */
final class DecryptingInputStream extends InputStream {
  private static final String MAGIC = "Salted__";
  private static final String MAGIC_FORMAT_6 = "PGBR006_";
  private static final int CHUNK = 64 * 1024;

  private final InputStream source;
  private final CipherPass pass;
  private final boolean raw;
  private @Nullable Cipher cipher;
  private byte[] input = new byte[0];
  private byte[] output = new byte[0];
  private int outputPosition;
  private int outputLimit;
  private boolean anything;
  private boolean finished;
  private boolean closed;

  DecryptingInputStream(InputStream source, CipherPass pass, boolean raw) {
    this.source = source;
    this.pass = pass;
    this.raw = raw;
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (closed) {
      throw new IOException("the decrypting stream is closed");
    }
    if (length == 0) {
      return 0;
    }
    Cipher current = cipher;
    if (current == null) {
      current = BlockCipher.cipher(Cipher.DECRYPT_MODE, pass, readHeader());
      cipher = current;
    }
    while (outputPosition == outputLimit) {
      if (finished) {
        return -1;
      }
      decrypt(current);
    }
    int count = Math.min(length, outputLimit - outputPosition);
    System.arraycopy(output, outputPosition, bytes, offset, count);
    outputPosition += count;
    return count;
  }

  private void decrypt(Cipher current) throws IOException {
    if (input.length == 0) {
      // Small files should not pay for large buffers; most sources know what they have.
      int size = Math.clamp(source.available() + 1L, 1024, CHUNK);
      input = new byte[size];
      output = new byte[size + BlockCipher.BLOCK_SIZE];
    } else if (input.length < CHUNK) {
      input = new byte[CHUNK];
      output = new byte[CHUNK + BlockCipher.BLOCK_SIZE];
    }
    int count = source.read(input, 0, input.length);
    outputPosition = 0;
    try {
      if (count < 0) {
        finished = true;
        if (!anything) {
          // Even an empty file has a block of padding, but Java does not insist on it.
          throw new HoldfastException(ErrorCode.CRYPTO, "unexpected end of encrypted data");
        }
        outputLimit = current.doFinal(output, 0);
      } else {
        anything |= count > 0;
        outputLimit = BlockCipher.update(current, input, 0, count, output);
      }
    } catch (GeneralSecurityException e) {
      throw new HoldfastException(
          ErrorCode.CRYPTO,
          "unable to decrypt: the passphrase is wrong, or the data is damaged",
          e,
          "Is the cipher passphrase the one that the repository was created with?");
    }
  }

  private byte[] readHeader() throws IOException {
    if (!raw) {
      byte[] magic = source.readNBytes(MAGIC.length());
      String text = new String(magic, StandardCharsets.ISO_8859_1);
      if (text.equals(MAGIC_FORMAT_6)) {
        throw new HoldfastException(
            ErrorCode.FORMAT,
            "expected repository format 5 but found 6 (the file begins with PGBR006_)",
            "Repositories of format 6 cannot be read by this version.");
      }
      if (magic.length < MAGIC.length()) {
        throw headerMissing();
      }
      if (!text.equals(MAGIC)) {
        throw new HoldfastException(
            ErrorCode.CRYPTO,
            "cipher header invalid",
            "Is the file encrypted, and by this repository's cipher?");
      }
    }
    byte[] salt = source.readNBytes(BlockCipher.SALT_SIZE);
    if (salt.length < BlockCipher.SALT_SIZE) {
      throw headerMissing();
    }
    return salt;
  }

  private static HoldfastException headerMissing() {
    return new HoldfastException(ErrorCode.CRYPTO, "cipher header missing");
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      Arrays.fill(output, (byte) 0);
      source.close();
    }
  }
}

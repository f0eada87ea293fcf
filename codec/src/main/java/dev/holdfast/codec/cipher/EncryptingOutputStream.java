package dev.holdfast.codec.cipher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.crypto.Cipher;

/** The encrypting half of {@link BlockCipher}. */
final class EncryptingOutputStream extends OutputStream {
  private static final byte[] MAGIC = "Salted__".getBytes(StandardCharsets.US_ASCII);
  private static final int CHUNK = 64 * 1024;

  private final OutputStream sink;
  private final Cipher cipher;
  private final byte[] salt;
  private final boolean raw;
  private byte[] output = new byte[0];
  private boolean begun;
  private boolean closed;

  EncryptingOutputStream(OutputStream sink, Cipher cipher, byte[] salt, boolean raw) {
    this.sink = sink;
    this.cipher = cipher;
    this.salt = salt;
    this.raw = raw;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (closed) {
      throw new IOException("the encrypting stream is closed");
    }
    begin();
    int end = offset + length;
    for (int position = offset; position < end; position += CHUNK) {
      int count = Math.min(CHUNK, end - position);
      reserve(count + BlockCipher.BLOCK_SIZE);
      try {
        sink.write(output, 0, BlockCipher.update(cipher, bytes, position, count, output));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES refused to encrypt", e);
      }
    }
  }

  private void reserve(int size) {
    if (output.length < size) {
      output = new byte[size];
    }
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      if (!raw) {
        sink.write(MAGIC);
      }
      sink.write(salt);
    }
  }

  @Override
  public void flush() throws IOException {
    sink.flush();
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (sink) {
      begin();
      sink.write(cipher.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES refused to encrypt", e);
    }
  }
}

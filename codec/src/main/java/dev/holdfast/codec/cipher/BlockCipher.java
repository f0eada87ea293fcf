package dev.holdfast.codec.cipher;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Encrypts and decrypts repository files as streams. */
public final class BlockCipher {
  static final int SALT_SIZE = 8;
  static final int BLOCK_SIZE = 16;

  private static final int KEY_SIZE = 32;
  private static final int PIECE = 4 * 1024;
  private static final SecureRandom RANDOM = new SecureRandom();

  private BlockCipher() {}

  /**
   * Encrypts what is written, into {@code sink}, with a salt of its own. {@code close()} writes the
   * last block and closes {@code sink}; {@code flush()} ends no block early. Nothing at all written
   * still gives a valid encrypted file.
   *
   * @param raw whether to leave out the magic before the salt
   */
  public static OutputStream encrypt(OutputStream sink, CipherPass pass, boolean raw) {
    byte[] salt = new byte[SALT_SIZE];
    RANDOM.nextBytes(salt);
    return new EncryptingOutputStream(sink, cipher(Cipher.ENCRYPT_MODE, pass, salt), salt, raw);
  }

  /**
   * Decrypts what {@code source} holds up to its end. Reading throws a {@code HoldfastException}
   * with code CRYPTO when the header is missing, or when the passphrase is wrong or the data
   * damaged as far as the padding shows; with code FORMAT when the header is that of repository
   * format 6.
   *
   * @param raw whether the magic before the salt was left out
   */
  public static InputStream decrypt(InputStream source, CipherPass pass, boolean raw) {
    return new DecryptingInputStream(source, pass, raw);
  }

  /** A cipher with the key and initialisation vector that passphrase and salt lead to. */
  static Cipher cipher(int mode, CipherPass pass, byte[] salt) {
    try {
      byte[] material = keyMaterial(pass, salt);
      Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
      cipher.init(
          mode,
          new SecretKeySpec(material, 0, KEY_SIZE, "AES"),
          new IvParameterSpec(material, KEY_SIZE, BLOCK_SIZE));
      return cipher;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the platform lacks AES or SHA-1", e);
    }
  }

  /**
   * Puts a chunk through the cipher, to the beginning of the output; returns the bytes there.
   *
   * <p>It goes through in small pieces, because the compiler replaces the cipher's loop by the
   * processor's instructions only after its caller was called often: with 4 KiB that is after some
   * 20 MB, with 64 KiB after 300, and the fast loop is no slower for the small pieces.
   */
  static int update(Cipher cipher, byte[] input, int offset, int length, byte[] output)
      throws ShortBufferException {
    int end = offset + length;
    int written = 0;
    for (int position = offset; position < end; position += PIECE) {
      written += cipher.update(input, position, Math.min(PIECE, end - position), output, written);
    }
    return written;
  }

  /** EVP_BytesToKey: each round hashes the round before it, the passphrase and the salt. */
  private static byte[] keyMaterial(CipherPass pass, byte[] salt) throws GeneralSecurityException {
    byte[] passBytes = pass.value().getBytes(StandardCharsets.UTF_8);
    MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
    byte[] material = new byte[KEY_SIZE + BLOCK_SIZE];
    byte[] round = new byte[0];
    for (int filled = 0; filled < material.length; filled += round.length) {
      sha1.update(round);
      sha1.update(passBytes);
      round = sha1.digest(salt);
      System.arraycopy(
          round, 0, material, filled, Math.min(round.length, material.length - filled));
    }
    return material;
  }
}

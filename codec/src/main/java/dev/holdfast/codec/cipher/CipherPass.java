package dev.holdfast.codec.cipher;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A passphrase that repository files are encrypted with. It never shows in text or errors.
 *
 * @param value the passphrase itself; its UTF-8 bytes enter the key
 */
public record CipherPass(String value) {
  /** As many bytes as make 64 characters of base64, which is what pgBackRest generates. */
  private static final int GENERATED_BYTES = 48;

  /** Refuses an empty passphrase. */
  public CipherPass {
    if (value.isEmpty()) {
      throw new HoldfastException(ErrorCode.CRYPTO, "the cipher passphrase is empty");
    }
  }

  /** A new random passphrase, such as info files and manifests hold for what they describe. */
  public static CipherPass generate() {
    byte[] random = new byte[GENERATED_BYTES];
    new SecureRandom().nextBytes(random);
    return new CipherPass(Base64.getEncoder().encodeToString(random));
  }

  @Override
  public String toString() {
    return "CipherPass[redacted]";
  }
}

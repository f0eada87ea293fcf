package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What PostgreSQL keeps of a password, made here, so that the password itself is in no statement
 * and in no log: {@code SCRAM-SHA-256$4096:salt$StoredKey:ServerKey}, the binary parts in base 64
 * (RFC 5802 with SHA-256, {@code pg_authid.rolpassword}).
 *
 * @param text the verifier; it holds no character that SQL would have to quote
 */
public record ScramVerifier(String text) {
  private static final int ITERATIONS = 4096;
  private static final int KEY_BITS = 256;

  /**
   * Makes one.
   *
   * @param password of ASCII characters, which need no preparation
   * @param salt sixteen bytes of chance
   */
  public static ScramVerifier of(String password, byte[] salt) {
    try {
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(
                  new PBEKeySpec(password.toCharArray(), salt.clone(), ITERATIONS, KEY_BITS))
              .getEncoded();
      byte[] stored = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
      Base64.Encoder base64 = Base64.getEncoder();
      return new ScramVerifier(
          "SCRAM-SHA-256$"
              + ITERATIONS
              + ":"
              + base64.encodeToString(salt)
              + "$"
              + base64.encodeToString(stored)
              + ":"
              + base64.encodeToString(hmac(salted, "Server Key")));
    } catch (GeneralSecurityException e) {
      throw new HoldfastException(ErrorCode.ASSERT, "this Java has no SCRAM-SHA-256", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
  }
}

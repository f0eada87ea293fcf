package dev.holdfast.codec.digest;

import dev.holdfast.domain.Sha1Hash;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** A running SHA-1 with the number of bytes it has seen. */
public final class Sha1 {
  private final MessageDigest digest;
  private long count;
  private @Nullable Sha1Hash hash;

  /** Of nothing yet. */
  public Sha1() {
    this(newDigest(), 0);
  }

  private Sha1(MessageDigest digest, long count) {
    this.digest = digest;
    this.count = count;
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the platform lacks SHA-1", e);
    }
  }

  /** The SHA-1 of a whole array. */
  public static Sha1Hash of(byte[] bytes) {
    Sha1 sha1 = new Sha1();
    sha1.update(bytes, 0, bytes.length);
    return sha1.hash();
  }

  /** Takes further bytes; not allowed once the hash was asked for. */
  public void update(byte[] bytes, int offset, int length) {
    if (hash != null) {
      throw new IllegalStateException("the hash is complete already");
    }
    digest.update(bytes, offset, length);
    count += length;
  }

  /** One that has seen the same and goes on by itself. */
  public Sha1 copy() {
    if (hash != null) {
      throw new IllegalStateException("the hash is complete already");
    }
    try {
      return new Sha1((MessageDigest) digest.clone(), count);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's SHA-1 cannot be copied", e);
    }
  }

  /** How many bytes were seen. */
  public long count() {
    return count;
  }

  /** The hash of all bytes; completes it, and may be asked for again. */
  public Sha1Hash hash() {
    Sha1Hash result = hash;
    if (result == null) {
      result = Sha1Hash.of(digest.digest());
      hash = result;
    }
    return result;
  }
}

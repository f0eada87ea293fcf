package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the store for the objects themselves. Its text never shows the key.
 *
 * @param kmsKeyId the key of the store's key management service that objects are encrypted with
 * @param customerKey our own key that the store encrypts objects with: base64 of 32 bytes
 * @param requesterPays whether we accept that requests are charged to us
 * @param tags put on every object
 * @param partSize bytes of a part of a multipart upload; smaller objects are sent at once
 */
public record S3ObjectOptions(
    @Nullable String kmsKeyId,
    @Nullable String customerKey,
    boolean requesterPays,
    Map<String, String> tags,
    int partSize) {

  private static final int CUSTOMER_KEY_BYTES = 32;

  /** The smallest part that S3 takes (but for the last). */
  static final int SMALLEST_PART = 5 * 1024 * 1024;

  /** The largest part that one array holds. */
  static final int LARGEST_PART = 1024 * 1024 * 1024;

  /** Checks the key and the size. */
  public S3ObjectOptions {
    tags = Map.copyOf(new LinkedHashMap<>(tags));
    if (partSize < SMALLEST_PART || partSize > LARGEST_PART) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          partSize + " bytes are no size of a part of an S3 upload: it is 5 MiB to 1 GiB");
    }
    if (customerKey != null) {
      requireKey(customerKey);
    }
    if (customerKey != null && kmsKeyId != null) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID,
          "S3 encrypts an object either with a key of its key management service or with ours",
          "set repo-s3-kms-key-id or repo-s3-sse-customer-key, not both.");
    }
  }

  private static void requireKey(String customerKey) {
    int length;
    try {
      length = Base64.getDecoder().decode(customerKey).length;
    } catch (IllegalArgumentException e) {
      length = -1;
    }
    if (length != CUSTOMER_KEY_BYTES) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "the S3 customer key is not the base64 form of 32 bytes",
          "openssl rand -base64 32 makes one.");
    }
  }

  @Override
  public String toString() {
    return "S3ObjectOptions[kmsKeyId="
        + kmsKeyId
        + ", customerKey="
        + (customerKey == null ? "none" : "<redacted>")
        + ", requesterPays="
        + requesterPays
        + ", tags="
        + tags
        + ", partSize="
        + partSize
        + "]";
  }
}

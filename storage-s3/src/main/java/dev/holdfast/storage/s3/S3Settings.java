package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Everything an {@link S3Storage} must know. Its text shows no secrets.
 *
 * @param bucket the bucket's name
 * @param path the absolute path of the repository in the bucket, {@code /} for all of it
 * @param region the region that requests are signed for
 * @param service the service that requests are signed for: {@code s3}
 * @param connection where the store is
 * @param credentials how it knows us
 * @param objects what is asked of it for objects
 * @param workers how many files are worked on at once; connections are kept for so many
 * @param targetTime the time at which the repository is looked at, read only; null for now
 */
public record S3Settings(
    String bucket,
    String path,
    String region,
    String service,
    S3Connection connection,
    S3Credentials credentials,
    S3ObjectOptions objects,
    int workers,
    @Nullable Instant targetTime) {

  /** Checks the names. */
  public S3Settings {
    if (bucket.isBlank() || region.isBlank() || service.isBlank()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE, "an S3 store needs a bucket, a region and a service");
    }
    if (!path.startsWith("/")) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "the path '" + path + "' in bucket '" + bucket + "' does not begin with a slash");
    }
    if (workers < 1) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE, "an S3 store needs at least one worker");
    }
  }

  /** What the keys of all objects of the repository begin with: empty, or ending with a slash. */
  String prefix() {
    String inside = path.substring(1);
    return inside.isEmpty() || inside.endsWith("/") ? inside : inside + "/";
  }

  /** The store's name in messages. */
  String name() {
    return "s3://" + bucket + (path.equals("/") ? "" : path);
  }
}

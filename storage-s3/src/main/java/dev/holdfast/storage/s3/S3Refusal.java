package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import org.jspecify.annotations.Nullable;

/**
 * The store answered, and said no. The message names its own error code as well, so that whoever
 * has only the text can tell {@code NoSuchBucket} from {@code InvalidAccessKeyId}.
 */
public final class S3Refusal extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final String s3Code;
  private final int httpStatus;

  S3Refusal(
      ErrorCode code,
      String message,
      @Nullable Throwable cause,
      String s3Code,
      int httpStatus,
      String... hints) {
    super(code, message, cause, hints);
    this.s3Code = s3Code;
    this.httpStatus = httpStatus;
  }

  /**
   * S3's own name of the error, such as {@code NoSuchBucket}, {@code InvalidAccessKeyId} or {@code
   * SlowDown}; {@code HTTP 403} and the like where the answer had none.
   */
  public String s3Code() {
    return s3Code;
  }

  /** The status of the HTTP answer. */
  public int httpStatus() {
    return httpStatus;
  }
}

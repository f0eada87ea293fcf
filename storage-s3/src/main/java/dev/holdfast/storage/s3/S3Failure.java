package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Turns what the SDK throws into errors that someone can act on. What the SDK says is kept as the
 * cause and shown only where it is the store's own words: its messages are long and name classes.
 */
final class S3Failure {
  private final String store;
  private final String address;

  /** Errors of a store, which is reached at an address (both for messages). */
  S3Failure(String store, String address) {
    this.store = store;
    this.address = address;
  }

  /**
   * The error for a failed request.
   *
   * @param fallback the code where the failure itself does not tell a better one
   * @param action what was tried, such as {@code read}
   * @param path the path below the store
   */
  HoldfastException of(ErrorCode fallback, String action, String path, SdkException failure) {
    String what = "unable to " + action + " " + name(path);
    if (failure instanceof AwsServiceException refusal && refusal.statusCode() > 0) {
      return refusal(fallback, what, refusal);
    }
    return unreachable(fallback, what, failure);
  }

  /** S3's own name of an error; {@code HTTP 403} and the like where the answer had none. */
  static String s3Code(AwsServiceException refusal) {
    String code = refusal.awsErrorDetails() == null ? null : refusal.awsErrorDetails().errorCode();
    return code == null || code.isBlank() || Character.isDigit(code.charAt(0))
        ? "HTTP " + refusal.statusCode()
        : code;
  }

  private S3Refusal refusal(ErrorCode fallback, String what, AwsServiceException refusal) {
    String s3Code = s3Code(refusal);
    Meaning meaning = meaning(s3Code, refusal.statusCode(), fallback);
    String said =
        refusal.awsErrorDetails() == null ? null : refusal.awsErrorDetails().errorMessage();
    String message =
        what
            + ": S3 at "
            + address
            + " answered "
            + s3Code
            + (s3Code.startsWith("HTTP ") ? "" : " (HTTP " + refusal.statusCode() + ")")
            + (said == null || said.isBlank() ? "" : ": " + said);
    return meaning.hint() == null
        ? new S3Refusal(meaning.code(), message, refusal, s3Code, refusal.statusCode())
        : new S3Refusal(
            meaning.code(), message, refusal, s3Code, refusal.statusCode(), meaning.hint());
  }

  private record Meaning(ErrorCode code, @Nullable String hint) {}

  private static Meaning meaning(String s3Code, int status, ErrorCode fallback) {
    return switch (s3Code) {
      case "NoSuchBucket" ->
          new Meaning(
              ErrorCode.REPO_INVALID,
              "make the bucket, or correct repo-s3-bucket, repo-s3-endpoint and"
                  + " repo-s3-uri-style.");
      case "AccessDenied", "AllAccessDisabled", "AccountProblem", "HTTP 403" ->
          new Meaning(
              ErrorCode.ACCESS,
              "the key's policy must allow s3:ListBucket on the bucket, and s3:GetObject,"
                  + " s3:PutObject and s3:DeleteObject on its objects.");
      case "InvalidAccessKeyId" ->
          new Meaning(ErrorCode.ACCESS, "check repo-s3-key: the store knows no such access key.");
      case "SignatureDoesNotMatch" ->
          new Meaning(
              ErrorCode.ACCESS,
              "check repo-s3-key-secret and repo-s3-region, with which requests are signed.");
      case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken" ->
          new Meaning(
              ErrorCode.ACCESS,
              "the temporary credentials are no longer valid: renew repo-s3-key, repo-s3-key-secret"
                  + " and repo-s3-token, or use repo-s3-key-type auto or web-id.");
      case "RequestTimeTooSkewed", "RequestExpired" ->
          new Meaning(
              ErrorCode.CLOCK,
              "this host's clock and the store's differ too much: check time synchronization.");
      case "AuthorizationHeaderMalformed",
          "PermanentRedirect",
          "TemporaryRedirect",
          "IllegalLocationConstraintException",
          "HTTP 301",
          "HTTP 307" ->
          new Meaning(
              ErrorCode.OPTION_INVALID_VALUE,
              "the bucket lies in another region: correct repo-s3-region and repo-s3-endpoint.");
      case "BadDigest",
          "InvalidDigest",
          "XAmzContentSHA256Mismatch",
          "XAmzContentChecksumMismatch" ->
          new Meaning(
              ErrorCode.CHECKSUM,
              "what arrived is not what was sent, repeatedly: look for a faulty proxy or network.");
      case "NoSuchKey", "NoSuchVersion" -> new Meaning(ErrorCode.FILE_MISSING, null);
      default ->
          status >= 500 || status == 408 || status == 429
              ? new Meaning(
                  ErrorCode.SERVICE,
                  "the store was asked "
                      + S3Connection.ATTEMPTS
                      + " times with growing pauses; it is overloaded or out of order.")
              : new Meaning(fallback, null);
    };
  }

  private HoldfastException unreachable(ErrorCode fallback, String what, SdkException failure) {
    Throwable root = root(failure);
    String why = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    why = why.replaceAll("\\s+", " ");
    String told = what + ": S3 at " + address + ": ";
    if (isBecauseOf(failure, UnknownHostException.class)) {
      return new HoldfastException(
          ErrorCode.HOST_CONNECT,
          told + "unknown host (" + why + ")",
          failure,
          "check repo-s3-endpoint and repo-storage-host; with repo-s3-uri-style=host the bucket"
              + " becomes a part of the host's name.");
    }
    if (isBecauseOf(failure, SSLException.class)) {
      return new HoldfastException(
          ErrorCode.HOST_CONNECT,
          told + "no trusted connection: " + why,
          failure,
          "name the authority that signed the server's certificate with repo-storage-ca-file.");
    }
    if (isBecauseOf(failure, ConnectException.class)) {
      return new HoldfastException(ErrorCode.HOST_CONNECT, told + why, failure);
    }
    if (failure instanceof ApiCallTimeoutException
        || failure instanceof ApiCallAttemptTimeoutException) {
      return new HoldfastException(
          ErrorCode.SERVICE, told + "no answer in time", failure, "see io-timeout.");
    }
    if (why.contains("credentials")) {
      return new HoldfastException(
          ErrorCode.ACCESS, told + why, failure, "check repo-s3-key-type and what it relies on.");
    }
    return new HoldfastException(fallback, told + why, failure);
  }

  /** An error that the store did not tell, about one of its paths. */
  HoldfastException of(ErrorCode code, String path, String what, String... hints) {
    return new HoldfastException(code, name(path) + " " + what, hints);
  }

  /** A path of the store in messages. */
  String name(String path) {
    return "'" + store + (path.isEmpty() ? "" : "/" + path) + "'";
  }

  /** Whether a failure is of a kind, or one that led to it is. */
  static boolean isBecauseOf(Throwable failure, Class<? extends Throwable> kind) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (kind.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}

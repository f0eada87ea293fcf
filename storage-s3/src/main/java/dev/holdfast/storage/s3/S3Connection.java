package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a store is reached, and how long we wait for it.
 *
 * @param endpoint scheme, host and port, without the bucket: what requests are signed for
 * @param connectTo scheme, host and port to connect to instead (whose certificate is then
 *     verified); null for the endpoint itself
 * @param pathStyle whether the bucket stands in the path rather than in the host's name
 * @param verifyTls whether the server's certificate must be valid
 * @param caFile authorities that may have signed it, PEM; null for Java's own
 * @param caPath a directory of such files
 * @param ioTimeout longest wait for a connection or for one read
 * @param requestTimeout longest wait for one request with all its repetitions
 * @param backoff the wait before the first repetition of a request; it doubles from there
 */
public record S3Connection(
    URI endpoint,
    @Nullable URI connectTo,
    boolean pathStyle,
    boolean verifyTls,
    @Nullable Path caFile,
    @Nullable Path caPath,
    Duration ioTimeout,
    Duration requestTimeout,
    Duration backoff) {

  /** How often a request is sent at most. */
  public static final int ATTEMPTS = 6;

  /** Checks that there is something to connect to, and an end to waiting. */
  public S3Connection {
    requireAddress(endpoint);
    if (connectTo != null) {
      requireAddress(connectTo);
    }
    if (!ioTimeout.isPositive() || !requestTimeout.isPositive() || !backoff.isPositive()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE, "the time limits of an S3 store must be positive");
    }
  }

  private static void requireAddress(URI address) {
    boolean known = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
    if (!known || address.getHost() == null) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + address + "' is no address of an S3 store",
          "it has the form host, host:port, https://host:port or http://host:port.");
    }
  }
}

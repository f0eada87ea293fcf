package dev.holdfast.storage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * Temporary credentials of the machine's role, from its metadata service (version 2: a token first,
 * then the role's name, unless it was configured, then its credentials). Of our own, because the
 * SDK's provider cannot be told the role, and looks into files that we do not want read.
 *
 * <p>They are renewed in the last five minutes of their life, in which the service has new ones;
 * while that fails, the old ones are used until they expire. Thread-safe: one thread renews, others
 * go on with what is valid.
 */
final class InstanceCredentials implements AwsCredentialsProvider {
  private static final String ROLES = "/latest/meta-data/iam/security-credentials/";
  private static final Duration RENEWAL = Duration.ofMinutes(5);
  private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(10);

  /** The service is on the machine itself. */
  private static final int TIMEOUT_MILLIS = 5_000;

  private static final int ATTEMPTS = 3;
  private static final int LARGEST_ANSWER = 64 * 1024;

  private final URI service;
  private final @Nullable String role;
  private final InstantSource time;
  private final ReentrantLock renewing = new ReentrantLock();
  private volatile @Nullable Temporary current;

  /** Credentials, their end, and when it is worth asking for others. */
  private record Temporary(AwsSessionCredentials credentials, Instant end, Instant renewal) {
    boolean isValid(Instant now) {
      return now.isBefore(end);
    }

    Temporary renewedNotBefore(Instant later) {
      return new Temporary(credentials, end, later);
    }
  }

  InstanceCredentials(S3Credentials.Instance instance, InstantSource time) {
    this.service = instance.service();
    this.role = instance.role();
    this.time = time;
  }

  @Override
  public AwsCredentials resolveCredentials() {
    Temporary known = current;
    Instant now = time.instant();
    if (known != null && now.isBefore(known.renewal())) {
      return known.credentials();
    }
    if (known == null || !known.isValid(now)) {
      renewing.lock();
    } else if (!renewing.tryLock()) {
      return known.credentials();
    }
    try {
      return renewed().credentials();
    } finally {
      renewing.unlock();
    }
  }

  private Temporary renewed() {
    Temporary known = current;
    Instant now = time.instant();
    if (known != null && now.isBefore(known.renewal())) {
      // Another thread was faster.
      return known;
    }
    Instant later = now.plus(BETWEEN_RENEWALS);
    Temporary next;
    try {
      next = ask(later);
    } catch (SdkClientException e) {
      if (known == null || !known.isValid(now)) {
        throw e;
      }
      next = known.renewedNotBefore(earlier(later, known.end()));
    }
    current = next;
    return next;
  }

  private Temporary ask(Instant later) {
    for (int attempt = 1; ; attempt++) {
      try {
        String token = request("PUT", "/latest/api/token", "ttl-seconds", "60");
        String name = role != null ? role : request("GET", ROLES, "", token).strip();
        return parse(request("GET", ROLES + name, "", token), later);
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw failure(e.getMessage(), e);
        }
      }
    }
  }

  /** Asks the service; a header of its own names the token, or how long it is wanted. */
  private String request(String method, String path, String header, String value)
      throws IOException {
    String name = "X-aws-ec2-metadata-token" + (header.isEmpty() ? "" : "-" + header);
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create(service.toString().replaceFirst("/+$", "") + path)
                .toURL()
                .openConnection(Proxy.NO_PROXY);
    try {
      connection.setRequestMethod(method);
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      connection.setInstanceFollowRedirects(false);
      connection.setRequestProperty(name, value);
      int status = connection.getResponseCode();
      if (status == HttpURLConnection.HTTP_NOT_FOUND && path.startsWith(ROLES)) {
        throw failure(
            role == null ? "the machine has no role" : "role '" + role + "' is not the machine's",
            null);
      }
      if (status != HttpURLConnection.HTTP_OK) {
        throw new IOException(method + " " + path + " was answered by HTTP " + status);
      }
      try (InputStream body = connection.getInputStream()) {
        return new String(body.readNBytes(LARGEST_ANSWER), StandardCharsets.UTF_8);
      }
    } finally {
      connection.disconnect();
    }
  }

  private Temporary parse(String answer, Instant later) {
    try {
      JsonNode node = JsonNode.parser().parse(answer);
      String code = node.field("Code").map(JsonNode::text).orElse("Success");
      if (!code.equals("Success")) {
        throw failure("it says " + code, null);
      }
      Instant end = Instant.parse(field(node, "Expiration"));
      Instant renewal = end.minus(RENEWAL);
      return new Temporary(
          AwsSessionCredentials.create(
              field(node, "AccessKeyId"), field(node, "SecretAccessKey"), field(node, "Token")),
          end,
          renewal.isBefore(later) ? earlier(later, end) : renewal);
    } catch (UncheckedIOException | DateTimeException e) {
      throw failure("its answer is not what was expected", e);
    }
  }

  private String field(JsonNode node, String name) {
    return node.field(name)
        .map(JsonNode::text)
        .orElseThrow(() -> failure("its answer has no " + name, null));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private SdkClientException failure(@Nullable String why, @Nullable Exception reason) {
    // Not as the cause: it would be taken for a failure of the store itself.
    SdkClientException failure =
        SdkClientException.create(
            "no credentials from the metadata service " + service + ": " + why);
    if (reason != null) {
      failure.addSuppressed(reason);
    }
    return failure;
  }
}

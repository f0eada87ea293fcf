package dev.holdfast.cli;

import dev.holdfast.config.OptionSource;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.s3.S3Connection;
import dev.holdfast.storage.s3.S3Credentials;
import dev.holdfast.storage.s3.S3ObjectOptions;
import dev.holdfast.storage.s3.S3Settings;
import dev.holdfast.storage.s3.S3Storage;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the stores of repositories of type s3; apart, so that only they load its classes. */
final class S3Repositories {
  /** The wait before a failed request is sent again; it doubles from there. */
  private static final Duration BACKOFF = Duration.ofMillis(200);

  private static final int DEFAULT_WORKERS = 1;

  /** More repositories than anybody has; beyond, one that was not used for long is made anew. */
  private static final int MOST_STORES = 16;

  /**
   * A process that serves many requests reads its options for each: the connections that go with
   * the same ones stay.
   */
  private static final Map<S3Settings, S3Storage> STORES =
      new LinkedHashMap<>(MOST_STORES, 0.75f, true);

  private S3Repositories() {}

  static Storage storage(Options options, int key) {
    S3Settings settings = settings(options, key, System.getenv(), ZoneId.systemDefault());
    synchronized (STORES) {
      S3Storage known = STORES.get(settings);
      if (known != null) {
        return known;
      }
      if (STORES.size() == MOST_STORES) {
        Map.Entry<S3Settings, S3Storage> eldest = STORES.entrySet().iterator().next();
        STORES.remove(eldest.getKey());
        eldest.getValue().close();
      }
      S3Storage storage = new S3Storage(settings);
      STORES.put(settings, storage);
      return storage;
    }
  }

  /**
   * What the options say.
   *
   * @param environment where the platform leaves the token of a web identity
   * @param zone the zone of a target time that names none
   */
  static S3Settings settings(
      Options options, int key, Map<String, String> environment, ZoneId zone) {
    return new S3Settings(
        options.string("repo-s3-bucket", key),
        options.path("repo-path", key).toString(),
        options.string("repo-s3-region", key),
        options.string("repo-s3-service", key),
        connection(options, key),
        credentials(options, key, environment),
        new S3ObjectOptions(
            options.optional("repo-s3-kms-key-id", key).orElse(null),
            options.optional("repo-s3-sse-customer-key", key).orElse(null),
            options.flag("repo-s3-requester-pays", key),
            options.map("repo-storage-tag", key),
            Math.toIntExact(options.bytes("repo-storage-upload-chunk-size", key))),
        options.knows("process-max") ? options.integer("process-max") : DEFAULT_WORKERS,
        targetTime(options, zone));
  }

  private static S3Connection connection(Options options, int key) {
    URI endpoint = address(options.string("repo-s3-endpoint", key));
    Optional<URI> host = options.optional("repo-storage-host", key).map(S3Repositories::address);
    if (!options.source("repo-storage-port", key).equals(OptionSource.DEFAULT)) {
      int port = options.integer("repo-storage-port", key);
      // The port is that of the host we connect to; what is signed names the endpoint.
      host = host.map(address -> withPort(address, port));
      endpoint = host.isPresent() ? endpoint : withPort(endpoint, port);
    }
    return new S3Connection(
        endpoint,
        host.orElse(null),
        options.string("repo-s3-uri-style", key).equals("path"),
        options.flag("repo-storage-verify-tls", key),
        options.optional("repo-storage-ca-file", key).map(Path::of).orElse(null),
        options.optional("repo-storage-ca-path", key).map(Path::of).orElse(null),
        options.duration("io-timeout"),
        options.knows("protocol-timeout")
            ? options.duration("protocol-timeout")
            : options.duration("io-timeout").multipliedBy(S3Connection.ATTEMPTS),
        BACKOFF);
  }

  private static URI address(String text) {
    try {
      URI address = URI.create(text.contains("://") ? text : "https://" + text);
      return withPort(
          address,
          address.getPort() > 0
              ? address.getPort()
              : "http".equals(address.getScheme()) ? 80 : 443);
    } catch (IllegalArgumentException e) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE, "'" + text + "' is no address of an S3 store", e);
    }
  }

  private static URI withPort(URI address, int port) {
    return URI.create(address.getScheme() + "://" + address.getHost() + ":" + port);
  }

  private static S3Credentials credentials(
      Options options, int key, Map<String, String> environment) {
    return switch (options.string("repo-s3-key-type", key)) {
      case "shared" ->
          new S3Credentials.Shared(
              options.string("repo-s3-key", key),
              options.string("repo-s3-key-secret", key),
              options.optional("repo-s3-token", key).orElse(null));
      case "auto" ->
          new S3Credentials.Instance(
              options.optional("repo-s3-role", key).orElse(null),
              Optional.ofNullable(environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT"))
                  .map(URI::create)
                  .orElse(S3Credentials.Instance.METADATA_SERVICE));
      case "web-id" ->
          new S3Credentials.WebIdentity(
              variable(environment, "web-id", "AWS_ROLE_ARN", key),
              Path.of(variable(environment, "web-id", "AWS_WEB_IDENTITY_TOKEN_FILE", key)),
              options.string("repo-s3-sts-host", key));
      case "pod-id" -> {
        variable(environment, "pod-id", "AWS_CONTAINER_CREDENTIALS_FULL_URI", key);
        variable(environment, "pod-id", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", key);
        yield new S3Credentials.Pod();
      }
      default -> new S3Credentials.Process(options.list("repo-s3-process-cmd", key));
    };
  }

  private static String variable(
      Map<String, String> environment, String type, String name, int key) {
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID,
          "option 'repo%d-s3-key-type' is '%s' but '%s' is not set in the environment"
              .formatted(key, type, name));
    }
    return value;
  }

  private static @Nullable Instant targetTime(Options options, ZoneId zone) {
    if (!options.knows("repo-target-time") || !options.has("repo-target-time")) {
      return null;
    }
    String text = options.string("repo-target-time");
    try {
      String form = text.strip().replaceFirst(" (?=\\d{2}:)", "T").replace(" ", "");
      return form.matches(".*T.*(Z|[+-]\\d{2}(:?\\d{2})?)")
          ? OffsetDateTime.parse(
                  form, DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss[.SSS][XXX][XX][X]"))
              .toInstant()
          : LocalDateTime.parse(form).atZone(zone).toInstant();
    } catch (DateTimeParseException e) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + text + "' is not valid for 'repo-target-time' option",
          e,
          "it has the form YYYY-MM-DD HH:MM:SS, with an offset like +02 where it is not local.");
    }
  }
}

package dev.holdfast.storage.s3;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import javax.xml.stream.XMLStreamException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeProvider;
import software.amazon.awssdk.utils.AttributeMap;

/** Sets up the SDK: only from our settings, never from its own files or variables. */
final class S3Clients {
  private static final String LOGGING_VERBOSITY = "slf4j.internal.verbosity";
  private static final Duration IDLE_CONNECTION = Duration.ofSeconds(20);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(20);

  /** Overloaded stores are given this many times the pause after an ordinary failure. */
  private static final int THROTTLED = 5;

  static {
    // Where nobody listens to the SDK's log, the logging facade would say so on standard error.
    if (System.getProperty(LOGGING_VERBOSITY) == null) {
      System.setProperty(LOGGING_VERBOSITY, "ERROR");
    }
  }

  private S3Clients() {}

  /** A client that nothing was asked of yet. */
  static S3Client open(S3Settings settings) {
    S3Connection connection = settings.connection();
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(http(settings, connection.connectTo()))
            .region(Region.of(settings.region()))
            .endpointOverride(connection.endpoint())
            .forcePathStyle(connection.pathStyle())
            .disableS3ExpressSessionAuth(true)
            .credentialsProvider(S3CredentialsChain.of(settings, () -> http(settings, null)))
            .overrideConfiguration(overrides(settings))
            // Checksums in trailers, the SDK's default, are not understood by many stores; we send
            // Content-MD5 with each body, and the plugin does for the batch of removals.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .addPlugin(LegacyMd5Plugin.create())
            // Asking first whether a body is welcome costs a round trip for each part.
            .serviceConfiguration(
                service -> service.chunkedEncodingEnabled(false).expectContinueEnabled(false));
    if (!settings.service().equals("s3")) {
      builder.authSchemeProvider(signedFor(settings.service()));
    }
    return builder.build();
  }

  /** A client of HTTP; {@code other} is what to connect to, whatever a request names. */
  private static SdkHttpClient http(S3Settings settings, @Nullable URI other) {
    S3Connection connection = settings.connection();
    Apache5HttpClient.Builder builder =
        Apache5HttpClient.builder()
            .maxConnections(settings.workers() * (1 + S3MultipartUpload.PARTS_AT_ONCE) + 2)
            .connectionTimeout(connection.ioTimeout())
            .socketTimeout(connection.ioTimeout())
            .connectionAcquisitionTimeout(connection.requestTimeout())
            .connectionMaxIdleTime(IDLE_CONNECTION)
            .expectContinueEnabled(false)
            .tcpKeepAlive(true)
            .proxyConfiguration(
                ProxyConfiguration.builder()
                    .useSystemPropertyValues(false)
                    .useEnvironmentVariableValues(false)
                    .build());
    if (connection.verifyTls() && (connection.caFile() != null || connection.caPath() != null)) {
      builder.tlsTrustManagersProvider(
          () -> TrustedAuthorities.of(connection.caFile(), connection.caPath()));
    }
    if (other != null) {
      HttpHost host = new HttpHost(other.getScheme(), other.getHost(), other.getPort());
      boolean secure = "https".equals(other.getScheme());
      builder.httpRoutePlanner((_, _) -> new HttpRoute(host, null, secure));
    }
    return builder.buildWithDefaults(
        AttributeMap.builder()
            .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, !connection.verifyTls())
            .build());
  }

  private static ClientOverrideConfiguration overrides(S3Settings settings) {
    S3Connection connection = settings.connection();
    ClientOverrideConfiguration.Builder overrides =
        ClientOverrideConfiguration.builder()
            .retryStrategy(retries(connection))
            .apiCallTimeout(connection.requestTimeout())
            .apiCallAttemptTimeout(connection.ioTimeout().multipliedBy(2))
            .defaultProfileFile(ProfileFile.aggregator().build())
            .defaultProfileName("default");
    if (settings.objects().requesterPays()) {
      overrides.putHeader("x-amz-request-payer", "requester");
    }
    return overrides.build();
  }

  private static StandardRetryStrategy retries(S3Connection connection) {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(S3Connection.ATTEMPTS)
        // The breaker counts failures of all threads together and then gives up at once.
        .circuitBreakerEnabled(false)
        .backoffStrategy(BackoffStrategy.exponentialDelay(connection.backoff(), LONGEST_BACKOFF))
        .throttlingBackoffStrategy(
            BackoffStrategy.exponentialDelay(
                connection.backoff().multipliedBy(THROTTLED), LONGEST_BACKOFF))
        .retryOnException(S3Clients::mayPass)
        .build();
  }

  /** What the SDK itself takes for final, and another try may mend. */
  private static boolean mayPass(Throwable failure) {
    if (failure instanceof AwsServiceException refusal) {
      return refusal.statusCode() == 408
          || refusal.statusCode() == 429
          || List.of("BadDigest", "XAmzContentSHA256Mismatch").contains(S3Failure.s3Code(refusal));
    }
    // A listing that was cut off.
    return S3Failure.isBecauseOf(failure, XMLStreamException.class);
  }

  private static S3AuthSchemeProvider signedFor(String service) {
    S3AuthSchemeProvider usual = S3AuthSchemeProvider.defaultProvider();
    return parameters ->
        usual.resolveAuthScheme(parameters).stream()
            .map(option ->
                option.copy(
                    copy -> copy.putSignerProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)))
            .toList();
  }
}

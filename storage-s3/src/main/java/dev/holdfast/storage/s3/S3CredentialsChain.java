package dev.holdfast.storage.s3;

import java.net.URI;
import java.time.InstantSource;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProcessCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;

/**
 * Where the SDK gets credentials from: only what was configured. The SDK's own order of places
 * (environment, home directory, machine) would let a backup go on with somebody else's key. All but
 * the shared ones expire and are renewed before they do.
 */
final class S3CredentialsChain {
  private static final String SESSION = "holdfast";

  private S3CredentialsChain() {}

  /**
   * The provider of the configured kind.
   *
   * @param http makes the client that a token service is asked with, which is not where the store
   *     is
   */
  static AwsCredentialsProvider of(S3Settings settings, Supplier<SdkHttpClient> http) {
    return switch (settings.credentials()) {
      case S3Credentials.Shared shared ->
          StaticCredentialsProvider.create(
              shared.token() == null
                  ? AwsBasicCredentials.create(shared.key(), shared.secret())
                  : AwsSessionCredentials.create(shared.key(), shared.secret(), shared.token()));
      case S3Credentials.Instance instance ->
          new InstanceCredentials(instance, InstantSource.system());
      case S3Credentials.WebIdentity identity -> webIdentity(settings, identity, http.get());
      case S3Credentials.Pod _ -> ContainerCredentialsProvider.builder().build();
      case S3Credentials.Process process ->
          ProcessCredentialsProvider.builder().command(process.command()).build();
    };
  }

  private static AwsCredentialsProvider webIdentity(
      S3Settings settings, S3Credentials.WebIdentity identity, SdkHttpClient http) {
    String host = identity.host();
    StsClient tokenService =
        StsClient.builder()
            .httpClient(http)
            .region(Region.of(settings.region()))
            .endpointOverride(URI.create(host.contains("://") ? host : "https://" + host))
            // The token itself is the proof; the request is not signed.
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .build();
    return StsWebIdentityTokenFileCredentialsProvider.builder()
        .stsClient(tokenService)
        .roleArn(identity.role())
        .roleSessionName(SESSION)
        .webIdentityTokenFile(identity.tokenFile())
        .build();
  }
}

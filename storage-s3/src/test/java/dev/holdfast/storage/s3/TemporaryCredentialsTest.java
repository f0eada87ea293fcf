package dev.holdfast.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Credentials that services give for a while: they open the store, and are renewed in time. */
@Timeout(120)
class TemporaryCredentialsTest {
  @TempDir private static Path directory;
  private static TestS3Server server;

  @BeforeAll
  static void startServer() {
    server = TestS3Server.startWithSessions(directory);
    server.bucket("holdfast");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static S3Settings settings(S3Credentials credentials) {
    S3Settings shared = server.settings("holdfast", "/temporary");
    return new S3Settings(
        shared.bucket(),
        shared.path(),
        shared.region(),
        shared.service(),
        shared.connection(),
        credentials,
        shared.objects(),
        shared.workers(),
        null);
  }

  private static S3Credentials.WebIdentity webIdentity(TestCredentialServices services) {
    return new S3Credentials.WebIdentity(
        TestCredentialServices.WEB_ROLE, services.tokenFile(), services.address().toString());
  }

  private static void writesAndReads(S3Settings settings) throws IOException {
    try (S3Storage storage = new S3Storage(settings)) {
      put(storage, "file", "content");
      try (InputStream input = storage.read("file")) {
        assertThat(new String(input.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("content");
      }
    }
  }

  private static void put(S3Storage storage, String path, String text) {
    try (StorageOutput output = storage.write(path)) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      output.write(bytes, 0, bytes.length);
      output.commit();
    }
  }

  @Test
  void ofTheMachinesRoleOpenTheStore() throws IOException {
    try (TestCredentialServices services =
        TestCredentialServices.start(directory, Duration.ofHours(1))) {
      writesAndReads(settings(new S3Credentials.Instance(null, services.address())));
      assertThat(services.given()).isEqualTo(1);
      assertThat(services.requests()).hasSize(3);

      writesAndReads(
          settings(new S3Credentials.Instance(TestCredentialServices.ROLE, services.address())));
      assertThat(services.requests()).as("the role need not be asked for").hasSize(5);
    }
  }

  @Test
  void ofAWebIdentityOpenTheStoreThoughAnotherHostStandsForItsEndpoint() throws IOException {
    try (TestCredentialServices services =
        TestCredentialServices.start(directory, Duration.ofHours(1))) {
      S3Settings settings = settings(webIdentity(services));
      writesAndReads(settings);
      assertThat(services.given()).isEqualTo(1);

      S3Connection direct = settings.connection();
      S3Connection elsewhere =
          new S3Connection(
              java.net.URI.create("http://s3.test:80"),
              java.net.URI.create("http://127.0.0.1:" + server.plainPort()),
              true,
              true,
              direct.caFile(),
              null,
              direct.ioTimeout(),
              direct.requestTimeout(),
              direct.backoff());
      writesAndReads(
          new S3Settings(
              settings.bucket(),
              settings.path(),
              settings.region(),
              settings.service(),
              elsewhere,
              settings.credentials(),
              settings.objects(),
              settings.workers(),
              null));
      assertThat(services.given()).isEqualTo(2);
    }
  }

  @Test
  void thatAProgramPrintsOpenTheStore() throws IOException {
    Path printed = Files.createTempFile(directory, "printed", ".json");
    Files.writeString(
        printed,
        """
        {"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s",
         "SessionToken": "session-1", "Expiration": "%s"}
        """
            .formatted(TestS3Server.KEY, TestS3Server.SECRET, Instant.now().plusSeconds(3600)));
    writesAndReads(settings(new S3Credentials.Process(List.of("/bin/cat", printed.toString()))));
  }

  @Test
  void areRenewedBeforeTheStoreRefusesThem() throws IOException {
    for (boolean webIdentity : List.of(false, true)) {
      try (TestCredentialServices services =
              TestCredentialServices.start(directory, Duration.ofSeconds(3));
          FaultyFront front = new FaultyFront(server, TestCertificates.in(directory))) {
        S3Settings settings =
            settings(
                webIdentity
                    ? webIdentity(services)
                    : new S3Credentials.Instance(null, services.address()));
        Instant expired = Instant.now().plusSeconds(5);
        front.plan(
            Integer.MAX_VALUE,
            request ->
                Instant.now().isAfter(expired)
                    && request
                        .header("x-amz-security-token")
                        .filter("session-1"::equals)
                        .isPresent(),
            new FaultyFront.Fault.Answer(403, "ExpiredToken"));
        Set<String> tokens = new LinkedHashSet<>();
        try (S3Storage storage =
            new S3Storage(
                front.settings(settings, Duration.ofSeconds(20), Duration.ofSeconds(60)))) {
          for (int i = 0; Instant.now().isBefore(expired.plusSeconds(1)); i++) {
            put(storage, "long/" + i, "content");
          }
        }
        front
            .requests()
            .forEach(request -> request.header("x-amz-security-token").ifPresent(tokens::add));
        assertThat(tokens).contains("session-1", "session-2");
      }
    }
  }

  @Test
  void areAskedForAgainInTheirLastFiveMinutesAndUsedToTheirEndWhenTheServiceFails() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    try (TestCredentialServices services =
        TestCredentialServices.start(directory, Duration.ofHours(1))) {
      InstanceCredentials credentials =
          new InstanceCredentials(new S3Credentials.Instance(null, services.address()), now::get);
      assertThat(token(credentials)).isEqualTo("session-1");
      now.updateAndGet(time -> time.plus(Duration.ofMinutes(54)));
      assertThat(token(credentials)).isEqualTo("session-1");
      now.updateAndGet(time -> time.plus(Duration.ofMinutes(2)));
      assertThat(token(credentials)).isEqualTo("session-2");

      services.breakDown();
      int asked = services.requests().size();
      assertThat(token(credentials)).isEqualTo("session-2");
      now.updateAndGet(time -> time.plus(Duration.ofSeconds(11)));
      assertThat(token(credentials)).isEqualTo("session-2");
      assertThat(token(credentials)).isEqualTo("session-2");
      assertThat(services.requests().size()).as("asked, in three attempts").isEqualTo(asked + 3);
      now.updateAndGet(time -> time.plus(Duration.ofHours(1)));
      assertThatThrownBy(credentials::resolveCredentials)
          .isInstanceOf(SdkClientException.class)
          .hasMessageContaining("500");
    }
  }

  private static String token(InstanceCredentials credentials) {
    return ((AwsSessionCredentials) credentials.resolveCredentials()).sessionToken();
  }

  @Test
  void anUnknownRoleAndAMissingServiceAreNamed() {
    TestCredentialServices services = TestCredentialServices.start(directory, Duration.ofHours(1));
    S3Credentials.Instance other = new S3Credentials.Instance("other", services.address());
    try (services;
        S3Storage storage = new S3Storage(settings(other))) {
      assertThatThrownBy(() -> storage.info("file"))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("role 'other' is not the machine's")
          .hasMessageNotContaining(TestS3Server.SECRET);
    }
    try (S3Storage storage = new S3Storage(settings(other))) {
      assertThatThrownBy(() -> storage.info("file"))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("metadata service " + other.service());
    }
  }
}

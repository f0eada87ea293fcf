package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.config.ConfigurationLoader;
import dev.holdfast.config.Options;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.s3.S3Connection;
import dev.holdfast.storage.s3.S3Credentials;
import dev.holdfast.storage.s3.S3Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pgBackRest's options of an S3 repository mean. */
class S3RepositoriesTest {
  private static final String KEYS =
      "repo1-s3-key=AKEY\nrepo1-s3-key-secret=hidden\nrepo1-s3-token=alsohidden\n";

  @TempDir private Path directory;

  private Options options(String lines, String... arguments) {
    try {
      Path file = directory.resolve("holdfast.conf");
      Files.writeString(
          file,
          "[global]\nrepo1-type=s3\nrepo1-path=/in/bucket\nrepo1-s3-bucket=backups\n"
              + "repo1-s3-region=eu-central-1\n"
              + lines);
      List<String> all = new ArrayList<>(List.of("--config=" + file));
      all.addAll(List.of(arguments));
      all.add("info");
      return ConfigurationLoader.ofProcess().load(all);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private S3Settings settings(String lines, String... arguments) {
    return S3Repositories.settings(
        options(lines, arguments), 1, Map.of(), ZoneId.of("Europe/Berlin"));
  }

  @Test
  void hasPgBackRestsDefaults() {
    S3Settings settings = settings("repo1-s3-endpoint=s3.eu-central-1.amazonaws.com\n" + KEYS);

    assertThat(settings.bucket()).isEqualTo("backups");
    assertThat(settings.path()).isEqualTo("/in/bucket");
    assertThat(settings.region()).isEqualTo("eu-central-1");
    assertThat(settings.credentials())
        .isEqualTo(new S3Credentials.Shared("AKEY", "hidden", "alsohidden"));
    assertThat(settings.objects().partSize()).isEqualTo(5 * 1024 * 1024);
    assertThat(settings.targetTime()).isNull();
    S3Connection connection = settings.connection();
    assertThat(connection.endpoint())
        .isEqualTo(URI.create("https://s3.eu-central-1.amazonaws.com:443"));
    assertThat(connection.pathStyle()).isFalse();
    assertThat(connection.verifyTls()).isTrue();
    assertThat(connection.ioTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.toString()).doesNotContain("hidden", "AKEY");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "s3.test, -, -, https://s3.test:443, -",
        "s3.test:9000, -, -, https://s3.test:9000, -",
        "http://s3.test, -, -, http://s3.test:80, -",
        "s3.test, -, 9443, https://s3.test:9443, -",
        "s3.test, 10.0.0.1, -, https://s3.test:443, https://10.0.0.1:443",
        "s3.test, 10.0.0.1, 9443, https://s3.test:443, https://10.0.0.1:9443",
        "s3.test, http://10.0.0.1:9000, -, https://s3.test:443, http://10.0.0.1:9000"
      })
  void findsTheAddress(String endpoint, String host, String port, URI signed, URI connectTo) {
    String lines = "repo1-s3-endpoint=" + endpoint + "\n" + KEYS;
    lines += host == null ? "" : "repo1-storage-host=" + host + "\n";
    lines += port == null ? "" : "repo1-storage-port=" + port + "\n";

    S3Connection connection = settings(lines).connection();

    assertThat(connection.endpoint()).isEqualTo(signed);
    assertThat(connection.connectTo()).isEqualTo(connectTo);
  }

  @Test
  void takesEverythingThatCanBeSet() {
    S3Settings settings =
        settings(
            "repo1-s3-endpoint=s3.test\n"
                + KEYS
                + "repo1-s3-uri-style=path\nrepo1-s3-kms-key-id=kms\n"
                + "repo1-s3-requester-pays=y\nrepo1-s3-service=s3-outposts\n"
                + "repo1-storage-verify-tls=n\nrepo1-storage-ca-file=/ca.pem\n"
                + "repo1-storage-tag=team=dba\nrepo1-storage-tag=tier=cold\n"
                + "repo1-storage-upload-chunk-size=16MiB\nio-timeout=7\n");

    assertThat(settings.connection().pathStyle()).isTrue();
    assertThat(settings.connection().verifyTls()).isFalse();
    assertThat(settings.connection().caFile()).isEqualTo(Path.of("/ca.pem"));
    assertThat(settings.connection().ioTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.service()).isEqualTo("s3-outposts");
    assertThat(settings.objects().kmsKeyId()).isEqualTo("kms");
    assertThat(settings.objects().requesterPays()).isTrue();
    assertThat(settings.objects().tags()).isEqualTo(Map.of("team", "dba", "tier", "cold"));
    assertThat(settings.objects().partSize()).isEqualTo(16 * 1024 * 1024);
  }

  @Test
  void takesCredentialsFromWhereItIsTold() {
    String endpoint = "repo1-s3-endpoint=s3.test\nrepo1-s3-key-type=";
    Map<String, String> platform =
        Map.of("AWS_ROLE_ARN", "arn:role", "AWS_WEB_IDENTITY_TOKEN_FILE", "/token");
    ZoneId zone = ZoneId.of("UTC");

    assertThat(settings(endpoint + "auto\n").credentials())
        .isEqualTo(new S3Credentials.Instance(null, S3Credentials.Instance.METADATA_SERVICE));
    assertThat(settings(endpoint + "auto\nrepo1-s3-role=backups\n").credentials())
        .isEqualTo(new S3Credentials.Instance("backups", S3Credentials.Instance.METADATA_SERVICE));
    assertThat(
            S3Repositories.settings(options(endpoint + "web-id\n"), 1, platform, zone)
                .credentials())
        .isEqualTo(
            new S3Credentials.WebIdentity("arn:role", Path.of("/token"), "sts.amazonaws.com"));
    assertThatThrownBy(() -> settings(endpoint + "web-id\n"))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("AWS_ROLE_ARN");
    assertThat(
            settings(
                    endpoint
                        + "process\nrepo1-s3-process-cmd=/bin/give\nrepo1-s3-process-cmd=--json\n")
                .credentials())
        .isEqualTo(new S3Credentials.Process(List.of("/bin/give", "--json")));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-05-01 10:00:00, 2026-05-01T08:00:00Z",
    "2026-05-01 10:00:00+00, 2026-05-01T10:00:00Z",
    "2026-05-01 10:00:00-0530, 2026-05-01T15:30:00Z",
    "2026-05-01 10:00:00.500 +02:00, 2026-05-01T08:00:00.500Z"
  })
  void looksAtATime(String text, Instant time) {
    assertThat(
            settings("repo1-s3-endpoint=s3.test\n" + KEYS, "--repo=1", "--repo-target-time=" + text)
                .targetTime())
        .isEqualTo(time);
  }

  @Test
  void refusesATimeThatIsNone() {
    assertThatThrownBy(() ->
            settings("repo1-s3-endpoint=s3.test\n" + KEYS, "--repo=1", "--repo-target-time=soon"))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("'soon' is not valid for 'repo-target-time'");
  }

  @Test
  void keepsTheConnectionsOfTheSameRepository() {
    Options once = options("repo1-s3-endpoint=s3.test\n" + KEYS);
    Options again = options("repo1-s3-endpoint=s3.test\n" + KEYS);
    Options other = options("repo1-s3-endpoint=other.test\n" + KEYS);

    Storage storage = S3Repositories.storage(once, 1);

    assertThat(S3Repositories.storage(again, 1)).isSameAs(storage);
    assertThat(S3Repositories.storage(other, 1)).isNotSameAs(storage);
  }
}

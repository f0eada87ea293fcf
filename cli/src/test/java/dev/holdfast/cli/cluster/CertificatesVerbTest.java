package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.testkit.TestDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The verb as a process. */
class CertificatesVerbTest {
  private TestDirectory directory;
  private Path path;

  @BeforeEach
  void start() {
    directory = TestDirectory.create();
    path = directory.resolve("tls");
  }

  @AfterEach
  void stop() {
    directory.close();
  }

  private Outcome certificates(String... words) {
    List<String> command =
        new ArrayList<>(List.of("certificates", "--no-config", "--certificates-path=" + path));
    command.addAll(List.of(words));
    return HoldfastCommand.run(command.toArray(String[]::new));
  }

  @Test
  void makesKeepsShowsAndRenews() throws IOException {
    Outcome nothing = certificates();
    assertThat(nothing.exit()).as(nothing::toString).isEqualTo(73);
    assertThat(path).doesNotExist();

    Outcome made = certificates("monitor.example,10.0.0.1", "operator");
    assertThat(made.exit()).as(made::toString).isZero();
    assertThat(made.out())
        .contains("made " + path.resolve("ca.crt"), "made " + path.resolve("operator.crt"))
        .containsPattern(
            "monitor.example +\\| every +\\| monitor.example, 10.0.0.1 .* 729 +\\| here");
    assertThat(certificates("--stanza=main", "--certificates-days=20", "db1").out())
        .containsPattern("db1 +\\| main +\\| db1 .* 19 ");
    byte[] before = Files.readAllBytes(path.resolve("db1.crt"));
    byte[] authority = Files.readAllBytes(path.resolve("ca.crt"));

    Outcome again = certificates("--stanza=main", "db1");
    assertThat(again.exit()).as(again::toString).isZero();
    assertThat(again.out()).doesNotContain("made");
    assertThat(certificates("db1").exit()).as("for every cluster").isEqualTo(96);
    assertThat(certificates("a b").exit()).isEqualTo(96);
    assertThat(Files.readAllBytes(path.resolve("db1.crt"))).isEqualTo(before);

    Outcome renewed = certificates("--renew");
    assertThat(renewed.exit()).as(renewed::toString).isZero();
    assertThat(renewed.out()).containsPattern("db1 +\\| main +\\| db1 .* 729 ");
    assertThat(Files.readAllBytes(path.resolve("ca.crt"))).isEqualTo(authority);
  }

  @Test
  void oneForAMonitorThatAgreesWithOthersSaysSoAndStaysOne() throws IOException {
    assertThat(certificates("--for-monitor", "m1,10.0.0.1").out())
        .containsPattern("m1 +\\| every, as a monitor +\\| m1, 10.0.0.1 ");
    assertThat(certificates("--renew").out()).containsPattern("m1 +\\| every, as a monitor ");
    assertThat(certificates("m1").exit()).isZero();
    assertThat(certificates("--for-monitor", "--stanza=main", "m2").exit()).isEqualTo(96);

    // One that was made for a monitor by itself becomes one, with its key.
    certificates("m3");
    byte[] key = Files.readAllBytes(path.resolve("m3.key"));
    Outcome valid = certificates("--for-monitor", "m3");
    assertThat(valid.exit()).as(valid::toString).isEqualTo(96);
    assertThat(valid.err()).contains("is not for a monitor that agrees with others", "--renew");
    assertThat(certificates("--for-monitor", "--renew", "m3").out())
        .containsPattern("m3 +\\| every, as a monitor ");
    assertThat(Files.readAllBytes(path.resolve("m3.key"))).isEqualTo(key);
  }

  @Test
  void theMonitorAndItsClientsSayWhatIsMissing() {
    certificates("127.0.0.1");
    String authority = "--monitor-ca-file=" + path.resolve("ca.crt");
    Outcome open =
        HoldfastCommand.run(
            "monitor",
            "--no-config",
            "--log-level-file=off",
            "--monitor-path=" + directory.resolve("state"),
            "--monitor-listen=0.0.0.0:8010");
    assertThat(open.exit()).as(open::toString).isEqualTo(37);
    Outcome partly =
        HoldfastCommand.run(
            "status", "--no-config", "--stanza=main", "--monitor=https://127.0.0.1:1", authority);
    assertThat(partly.exit()).as(partly::toString).isEqualTo(37);
    assertThat(partly.err()).contains("also needs monitor-cert-file and monitor-key-file");
    Outcome mixed =
        HoldfastCommand.run(
            "status",
            "--no-config",
            "--stanza=main",
            "--monitor=https://127.0.0.1:1",
            authority,
            "--monitor-cert-file=" + path.resolve("127.0.0.1.crt"),
            "--monitor-key-file=" + path.resolve("ca.key"));
    assertThat(mixed.exit()).as(mixed::toString).isEqualTo(95);
    assertThat(mixed.err()).contains("does not belong to the certificate");
  }
}

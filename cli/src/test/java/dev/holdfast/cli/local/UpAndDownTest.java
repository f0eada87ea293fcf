package dev.holdfast.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.postgres.process.ClusterProcesses;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The cluster of {@code up}, as whoever runs the tests. */
class UpAndDownTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern URI = Pattern.compile("psql '(postgresql:[^']+)'");
  private static final int PATH_MISSING = 73;
  private static final int PATH_NOT_EMPTY = 40;
  private static final int SERVICE = 101;

  private static HoldfastCommand.Outcome run(String... arguments) {
    return HoldfastCommand.startAsCaller(arguments).await();
  }

  private static String up(Path site) {
    HoldfastCommand.Outcome outcome = run("up", "--cluster-path=" + site);
    assertThat(outcome.exit()).as(outcome.toString()).isZero();
    return outcome.out();
  }

  private static String operator(Path site, String verb) {
    HoldfastCommand.Outcome outcome =
        run(verb, "--config=" + site.resolve("holdfast.conf"), "--stanza=local");
    assertThat(outcome.exit()).as(outcome.toString()).isZero();
    return outcome.out();
  }

  private static String uri(String said) {
    Matcher matcher = URI.matcher(said);
    assertThat(matcher.find()).as(said).isTrue();
    return matcher.group(1);
  }

  private static String sql(String uri, String statement) {
    return ExternalProgram.run(
            List.of(
                TestPostgres.system().program("psql").toString(),
                "-X",
                "-A",
                "-t",
                "-q",
                uri,
                "-c",
                statement),
            Map.of(),
            PATIENCE)
        .orThrow("run " + statement)
        .out()
        .strip();
  }

  private static void kill(Path site, String part) {
    for (String line : LeftProcesses.of(site.resolve(part + ".conf"))) {
      long pid = Long.parseLong(line.substring(0, line.indexOf(' ')));
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** Whatever a failed test leaves, the next one shall not find. */
  private static void end(Path site) {
    for (String part : List.of("monitor", "n1", "n2")) {
      kill(site, part);
      new ClusterProcesses(site.resolve(part).resolve("data")).killAll(PATIENCE);
    }
  }

  @Test
  void runsAndSwitchesOverAndIsMendedAndEnds() throws IOException {
    try (TestDirectory directory = TestDirectory.create()) {
      Path site = directory.resolve("up");
      try {
        String said = up(site);
        String uri = uri(said);
        assertThat(said).contains("its primary is n1").contains("Started: the monitor, n1, n2.");
        sql(uri, "create table kept (id int); insert into kept values (1)");
        assertThat(up(site)).contains("runs already; its primary is n1").doesNotContain("Started");

        operator(site, "switchover");
        assertThat(operator(site, "status")).contains("primary n2").contains("standby of n2");
        sql(uri, "insert into kept values (2)");

        kill(site, "monitor");
        kill(site, "n1");
        new ClusterProcesses(site.resolve("n1/data")).killAll(PATIENCE);
        assertThat(up(site)).contains("Started: the monitor, n1.").contains("primary is n2");
        assertThat(sql(uri, "select count(*) from kept")).isEqualTo("2");

        HoldfastCommand.Outcome down = run("down", "--cluster-path=" + site);
        assertThat(down.exit()).as(down.toString()).isZero();
        assertThat(down.out()).contains("has ended").contains("kept in " + site);
        assertThat(LeftProcesses.of(site)).isEmpty();

        int port = Integer.parseInt(uri.replaceAll(".*port=(\\d+),.*", "$1"));
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
          HoldfastCommand.Outcome refused = run("up", "--cluster-path=" + site);
          assertThat(refused.exit()).as(refused.toString()).isEqualTo(SERVICE);
          assertThat(refused.err()).contains("port " + taken.getLocalPort());
          assertThat(LeftProcesses.of(site)).isEmpty();
        }
        assertThat(up(site)).contains("Started: the monitor, n1, n2.");
        assertThat(sql(uri, "select count(*) from kept")).isEqualTo("2");

        HoldfastCommand.Outcome gone = run("down", "--delete", "--cluster-path=" + site);
        assertThat(gone.exit()).as(gone.toString()).isZero();
        assertThat(site).doesNotExist();
        assertThat(LeftProcesses.of(site)).isEmpty();
      } finally {
        end(site);
      }
    }
  }

  @Test
  void leavesWhatIsSomebodyElsesAlone() {
    try (TestDirectory directory = TestDirectory.create()) {
      Path other = directory.directory("other");
      Path file = directory.file("other/file", "content");
      HoldfastCommand.Outcome up = run("up", "--cluster-path=" + other);
      assertThat(up.exit()).as(up.toString()).isEqualTo(PATH_NOT_EMPTY);
      assertThat(up.err()).contains("'" + other + "' is not empty").contains("--cluster-path");
      HoldfastCommand.Outcome down = run("down", "--delete", "--cluster-path=" + other);
      assertThat(down.exit()).as(down.toString()).isEqualTo(PATH_MISSING);
      assertThat(Files.exists(file)).isTrue();
    }
  }
}

package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.storage.sftp.OpenSshServer;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A database host and a backup server, which are two configurations with two directories of locks,
 * and a real SSH server between them. Only the backup server knows where the repository is and what
 * it is encrypted with.
 */
class RepositoryHostTest {
  private static final String PASS = "only the backup server knows this";

  private Site site;
  private TestDirectory directory;
  private OpenSshServer server;
  private Path databaseHost;

  @BeforeEach
  void start() {
    site = Site.create();
    directory = site.directory();
    site.option("repo1-cipher-type", "aes-256-cbc").option("repo1-cipher-pass", PASS);
    server =
        OpenSshServer.start(
            directory.directory("sshd"),
            directory.owner().name(),
            command -> directory.owner().command(command));
  }

  @AfterEach
  void stop() {
    server.close();
    site.close();
  }

  /** The configuration of the database host, with more lines in its global section. */
  private Path databaseHost(String clusterOptions, String... more) {
    Path ssh =
        directory.file(
            "ssh",
            "#!/bin/sh\nexec ssh -F none -i '"
                + server.privateKey()
                + "' -o StrictHostKeyChecking=yes -o UserKnownHostsFile='"
                + server.knownHosts()
                + "' \"$@\"\n");
    directory.run("chmod", "755", ssh.toString());
    String text =
        String.join(
            "\n",
            "[global]",
            "repo1-host=" + server.host(),
            "repo1-host-user=" + server.user(),
            "repo1-host-port=" + server.port(),
            "repo1-host-cmd=" + HoldfastCommand.program(),
            "repo1-host-config=" + site.pgbackrest().configuration(),
            "compress-type=lz4",
            "process-max=2",
            "cmd-ssh=" + ssh,
            "lock-path=" + directory.directory("db-lock"),
            "log-path=" + directory.directory("db-log"),
            "spool-path=" + directory.directory("db-spool"),
            String.join("\n", more),
            "[" + Site.STANZA + "]",
            clusterOptions,
            "");
    return directory.file("database-host.conf", text);
  }

  private static String cluster(TestPostgres postgres) {
    return "pg1-path="
        + postgres.pgdata()
        + "\npg1-port="
        + postgres.port()
        + "\npg1-socket-path="
        + postgres.socketDirectory();
  }

  private Outcome there(String... verbAndOptions) {
    return HoldfastCommand.run(
        Stream.concat(
                Stream.of("--config=" + databaseHost, "--stanza=" + Site.STANZA),
                Stream.of(verbAndOptions))
            .toArray(String[]::new));
  }

  private Outcome works(String... verbAndOptions) {
    Outcome outcome = there(verbAndOptions);
    assertThat(outcome.exit()).as("holdfast %s: %s", List.of(verbAndOptions), outcome).isZero();
    return outcome;
  }

  private static void fails(Outcome outcome, int code, String... says) {
    assertThat(outcome.exit()).as("%s", outcome).isEqualTo(code);
    assertThat(outcome.out() + outcome.err()).contains(says).doesNotContain(PASS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"repo1-bundle=y", "repo1-hardlink=y"})
  void backsUpToABackupServerAndRestoresFromIt(String layout) throws IOException {
    try (TestPostgres postgres =
        TestPostgres.startIn(directory, TestPostgres.system(), TestClusterOptions.defaults())) {
      site.cluster(postgres);
      databaseHost = databaseHost(cluster(postgres), layout);
      works("stanza-create");
      postgres.archiveCommand(
          "%s --config=%s --stanza=%s archive-push %%p"
              .formatted(HoldfastCommand.program(), databaseHost, Site.STANZA));
      works("check");
      postgres.load(300);
      works("backup", "--type=full");
      postgres.load(300);
      works("backup", "--type=incr");
      String label = site.newestLabel();
      String digest = postgres.loadDigest();

      assertThat(works("info").out()).contains(label);
      assertThat(site.oursWorks("info").out()).contains(label);
      site.pgbackrestVerifies();
      site.holdfastVerifies();
      if (layout.contains("hardlink")) {
        assertThat(linkedFiles(site.stanzaBackups().resolve(label))).isPositive();
      }
      postgres.stop();
      Path target = directory.directory("copy");
      works(
          "restore",
          "--set=" + label,
          "--type=immediate",
          "--target-action=promote",
          "--archive-mode=off",
          "--pg1-path=" + target);
      try (TestPostgres copy = TestPostgres.existing(directory, TestPostgres.system(), "copy")) {
        copy.start();
        assertThat(copy.loadDigest()).isEqualTo(digest);
      }
    }
  }

  private static long linkedFiles(Path backup) throws IOException {
    try (Stream<Path> files = Files.walk(backup)) {
      long linked = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if ((Integer) Files.getAttribute(file, "unix:nlink") > 1) {
          linked++;
        }
      }
      return linked;
    }
  }

  @Test
  void isStoppedByTheBackupServer() {
    databaseHost = databaseHost("pg1-path=" + directory.directory("none"));
    site.oursWorks("stop");

    fails(there("expire"), 62, "stop", "127.0.0.1");
    site.oursWorks("start");
  }

  @Test
  void waitsForNobodyWhoWorksOnTheBackupServer() throws Exception {
    databaseHost = databaseHost("pg1-path=" + directory.directory("none"));
    String lockPath =
        Files.readAllLines(site.pgbackrest().configuration()).stream()
            .filter(line -> line.startsWith("lock-path="))
            .findFirst()
            .orElseThrow()
            .substring("lock-path=".length());
    Process holder =
        new ProcessBuilder(
                directory
                    .owner()
                    .command(
                        List.of(
                            "flock",
                            lockPath + "/" + Site.STANZA + "-backup-1.lock",
                            "sh",
                            "-c",
                            "echo held; cat")))
            .start();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("held");
      fails(there("expire"), 50, "unable to acquire lock", "127.0.0.1");
    } finally {
      holder.getOutputStream().close();
      holder.waitFor();
    }
  }

  @Test
  void tellsThatTheOtherHostHasOnlyPgBackRest() {
    databaseHost = databaseHost("pg1-path=" + directory.directory("none"));

    fails(
        there("info", "--repo1-host-cmd=pgbackrest", "--log-level-console=info"),
        0,
        "pgBackRest alone cannot serve it");
    fails(there("repo-ls", "--repo1-host-cmd=pgbackrest"), 49, "pgBackRest alone cannot serve it");
  }

  @Test
  void tellsWhatSshSaid() {
    databaseHost = databaseHost("pg1-path=" + directory.directory("none"));

    fails(there("repo-ls", "--repo1-host-user=nobody-of-that-name"), 49, "Permission denied");
    server.close();
    fails(there("repo-ls"), 49, "Connection refused");
  }
}

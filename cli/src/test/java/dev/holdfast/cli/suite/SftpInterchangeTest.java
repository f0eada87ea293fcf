package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.storage.sftp.OpenSshServer;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * One repository that Holdfast reaches through a real SSH server, and pgBackRest as the directory
 * that it is: each continues what the other began.
 */
class SftpInterchangeTest {
  @Test
  void bothProgramsWorkOnARepositoryThatOneReachesThroughSftp() throws IOException {
    try (Site site = BadDaysTest.encrypted();
        OpenSshServer server = server(site);
        TestPostgres postgres =
            TestPostgres.startIn(
                site.directory(), TestPostgres.system(), TestClusterOptions.defaults())) {
      site.option("repo1-bundle", "y").option("process-max", "2").cluster(postgres);
      Path configuration = throughSftp(site, server);
      works(configuration, "stanza-create");
      postgres.archiveCommand(
          "%s --config=%s --stanza=%s archive-push %%p"
              .formatted(HoldfastCommand.program(), configuration, Site.STANZA));
      works(configuration, "check");
      postgres.load(300);
      works(configuration, "backup", "--type=full");
      String full = site.newestLabel();
      String fullDigest = postgres.loadDigest();
      site.pgbackrestVerifies();
      works(configuration, "verify");

      postgres.archiveCommand(site.pgbackrest().archiveCommand(Site.STANZA));
      postgres.load(300);
      site.theirsWorks("backup", "--type=incr");
      String incremental = site.newestLabel();
      String incrementalDigest = postgres.loadDigest();
      assertThat(works(configuration, "info", "--output=json").out())
          .contains(full)
          .contains(incremental);
      postgres.stop();

      site.theirsWorks(restore(site, full));
      assertThat(rows(site)).isEqualTo(fullDigest);
      works(configuration, restore(site, incremental));
      assertThat(rows(site)).isEqualTo(incrementalDigest);

      works(configuration, "expire", "--set=" + incremental);
      assertThat(site.labels()).containsExactly(full);
      works(configuration, "stop");
      works(configuration, "stanza-delete", "--force");
      assertThat(site.stanzaBackups()).doesNotExist();
    }
  }

  @Test
  void namesTheServerThatDoesNotAnswerAndShowsNoPassphrase() throws IOException {
    try (Site site = Site.create();
        OpenSshServer server = server(site)) {
      Path configuration = throughSftp(site, server);
      Outcome unknown =
          run(
              configuration,
              "--repo1-sftp-known-host=/nowhere",
              "repo-ls",
              "--log-level-console=debug");
      assertThat(unknown.exit()).isEqualTo(101);
      assertThat(unknown.err() + unknown.out()).contains("in no file of known hosts");
      server.close();
      Outcome gone = run(configuration, "repo-ls", "--log-level-console=debug");
      assertThat(gone.exit()).isEqualTo(49);
      assertThat(gone.err() + gone.out())
          .contains("unable to connect to the SFTP server '127.0.0.1:" + server.port() + "'")
          .doesNotContain("never shown");
    }
  }

  private static OpenSshServer server(Site site) {
    return OpenSshServer.start(
        site.directory().directory("sshd"),
        site.directory().owner().name(),
        command -> site.directory().owner().command(command));
  }

  /** The site's configuration with the repository on the server. */
  private static Path throughSftp(Site site, OpenSshServer server) throws IOException {
    String text = Files.readString(site.pgbackrest().configuration());
    String sftp =
        String.join(
            "\n",
            "[global]",
            "repo1-type=sftp",
            "repo1-sftp-host=" + server.host(),
            "repo1-sftp-host-port=" + server.port(),
            "repo1-sftp-host-user=" + server.user(),
            "repo1-sftp-host-key-hash-type=sha256",
            "repo1-sftp-known-host=" + server.knownHosts(),
            "repo1-sftp-private-key-file=" + server.privateKey(),
            "repo1-sftp-private-key-passphrase=never shown",
            "");
    return site.directory().file("sftp.conf", text.replace("[global]\n", sftp));
  }

  private static Outcome run(Path configuration, String... verbAndOptions) {
    return HoldfastCommand.run(
        Stream.concat(
                List.of("--config=" + configuration, "--stanza=" + Site.STANZA).stream(),
                List.of(verbAndOptions).stream())
            .toArray(String[]::new));
  }

  private static Outcome works(Path configuration, String... verbAndOptions) {
    Outcome outcome = run(configuration, verbAndOptions);
    assertThat(outcome.exit()).as("holdfast %s: %s", List.of(verbAndOptions), outcome).isZero();
    assertThat(outcome.err()).doesNotContain("SLF4J");
    return outcome;
  }

  private static String[] restore(Site site, String label) {
    return new String[] {
      "restore",
      "--set=" + label,
      "--type=immediate",
      "--target-action=promote",
      "--archive-mode=off",
      "--pg1-path=" + site.directory().directory("copy")
    };
  }

  private static String rows(Site site) {
    try (TestPostgres copy =
        TestPostgres.existing(site.directory(), TestPostgres.system(), "copy")) {
      copy.start();
      return copy.loadDigest();
    } finally {
      site.directory().run("rm", "-rf", site.directory().resolve("copy").toString());
    }
  }
}

package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A backup server whose verbs run on database hosts, over a real SSH server. */
class DatabaseHostTest {
  private static final String PASS = "only the backup server knows this";

  private TwoHosts hosts;
  private Site site;
  private TestDirectory directory;

  @BeforeEach
  void start() {
    hosts = TwoHosts.create();
    site = hosts.site();
    directory = site.directory();
    site.option("repo1-cipher-type", "aes-256-cbc").option("repo1-cipher-pass", PASS);
  }

  @AfterEach
  void stop() {
    hosts.close();
  }

  private static void archive(TestPostgres postgres, Path databaseHost) {
    postgres.archiveCommand(
        "%s --config=%s --stanza=%s archive-push %%p"
            .formatted(HoldfastCommand.program(), databaseHost, Site.STANZA));
  }

  private static void fails(Outcome outcome, int code, String... says) {
    assertThat(outcome.exit()).as("%s", outcome).isEqualTo(code);
    assertThat(outcome.out() + outcome.err()).contains(says).doesNotContain(PASS);
  }

  @Test
  void backsUpAClusterOfAnotherHost() {
    site.option("process-max", "2").option("repo1-retention-full", "1").option("start-fast", "y");
    try (TestPostgres postgres =
        TestPostgres.startIn(directory, TestPostgres.system(), TestClusterOptions.defaults())) {
      Path databaseHost = hosts.databaseHost("db", postgres);
      hosts.cluster(1, "127.0.0.1", databaseHost, postgres);
      archive(postgres, databaseHost);
      site.oursWorks("stanza-create");
      assertThat(site.oursWorks("check").out()).contains("successfully archived");
      postgres.load(300);
      site.oursWorks("backup", "--type=full");
      String first = site.newestLabel();
      postgres.load(300);
      Outcome full = site.oursWorks("backup", "--type=full");
      assertThat(full.out())
          .contains("backup runs on '127.0.0.1'", "full backup size", "remove expired backup");
      postgres.load(300);
      site.oursWorks("backup", "--type=incr");
      String label = site.newestLabel();
      assertThat(site.labels()).hasSize(2).doesNotContain(first);
      assertThat(site.oursWorks("info").out()).contains(label);
      site.pgbackrestVerifies();
      site.holdfastVerifies();
      assertThat(TwoHosts.hosted(databaseHost)).isEmpty();
      fails(site.ours("restore"), 72, "must be run on the PostgreSQL host");
      assertThat(site.theirs("restore").exit()).isEqualTo(72);

      String digest = postgres.loadDigest();
      postgres.stop();
      Path target = directory.directory("copy");
      Outcome restored =
          TwoHosts.there(
              databaseHost,
              "restore",
              "--type=immediate",
              "--target-action=promote",
              "--archive-mode=off",
              "--pg1-path=" + target);
      assertThat(restored.exit()).as("%s", restored).isZero();
      try (TestPostgres copy = TestPostgres.existing(directory, TestPostgres.system(), "copy")) {
        assertThat(copy.start().loadDigest()).isEqualTo(digest);
      }
    }
  }
}

package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.cli.HoldfastCommand.Running;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts look at exit codes: where something is wrong, both programs end with the same one. */
final class ExitCodesTest {
  @RegisterExtension static final SeedOnFailure RANDOM = new SeedOnFailure();

  private static Site site;
  private static StoppedCluster cluster;

  @BeforeAll
  static void backUp() {
    site = BadDaysTest.encrypted();
    site.option("compress-type", "lz4").option("log-level-console", "info");
    cluster = StoppedCluster.in(site.directory(), "pg");
    site.cluster(cluster);
    site.oursWorks("stanza-create", "--no-online");
    site.oursWorks("backup", "--no-online");
  }

  @AfterAll
  static void remove() {
    site.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "restore --set=bogus --pg1-path=PATH",
        "restore --set=20200101-000000F --pg1-path=PATH",
        "restore --set=20200101-000000F_20200101-00000I --pg1-path=PATH",
        "restore --type=time --target=yesterday --pg1-path=PATH",
        "restore --type=time --pg1-path=PATH",
        "restore --type=sometimes --pg1-path=PATH",
        "restore --target=5 --pg1-path=PATH",
        "restore --target-action=promote --type=default --pg1-path=PATH",
        "restore --pg1-path=/nowhere/at/all --tablespace-map=x=y",
        "expire --set=bogus",
        "expire --set=20200101-000000F",
        "expire --repo1-retention-full=0",
        "info --set=20200101-000000F",
        "backup --no-online --type=whole",
        "backup --no-online --compress-type=zip",
        "backup --no-online --process-max=0",
        "backup --no-online --buffer-size=7",
        "archive-get 000000010000000000000099 PATH",
        "archive-get 000000010000000000000099",
        "archive-push",
        "archive-push /nowhere/000000010000000000000001",
        "repo-get nothing/here",
        "repo-get --ignore-missing archive/main/nothing",
        "repo-get archive/main/nothing",
        "annotate --set=bogus --annotation=a=b",
        "annotate --set=20200101-000000F --annotation=a=b",
        "stanza-delete",
        "nonsense",
        "backup more arguments",
      })
  void endsAsPgbackrestEnds(String line) {
    String[] arguments = line.replace("PATH", site.directory().resolve("none") + "").split(" ", -1);
    var theirs = site.theirs(arguments);
    Outcome ours = site.ours(arguments);
    assertThat(ours.exit())
        .as("%s\npgbackrest: %s %s %s", ours, theirs.exit(), theirs.out(), theirs.err())
        .isEqualTo(theirs.exit());
    BadDaysTest.decent(site, ours);
  }

  @Test
  void aWrongPassphraseFindsNoWalAndSaysSo() {
    String segment = cluster.finishSegment(16, RANDOM.fork("segment")).toString();
    site.oursWorks("archive-push", segment);
    String name = Path.of(segment).getFileName().toString();
    String target = site.directory().resolve("got").toString();
    site.option("repo1-cipher-pass", "another-one-altogether");
    try {
      for (List<String> verb :
          List.of(List.of("archive-push", segment), List.of("archive-get", name, target))) {
        String[] arguments = verb.toArray(String[]::new);
        Outcome ours = site.ours(arguments);
        assertThat(ours.exit())
            .as("%s", ours)
            .isEqualTo(site.theirs(arguments).exit())
            .isEqualTo(ErrorCode.REPO_INVALID.number());
        assertThat(ours.out() + ours.err()).containsPattern("CryptoError|\\[095]");
        assertThat(Path.of(target)).doesNotExist();
      }
    } finally {
      BadDaysTest.encrypted(site);
    }
  }

  /** A cluster of another version is another cluster: nothing of it goes into the stanza. */
  @Test
  void danger11_anotherVersionOfPostgresIsNotTheStanzasCluster() {
    try (TestPostgres older =
        TestPostgres.startIn(
            site.directory(),
            TestPostgres.embedded(14),
            TestClusterOptions.defaults().named("older"))) {
      older.stop();
      String path = "--pg1-path=" + older.pgdata();
      for (List<String> verb :
          List.of(
              List.of("backup", "--no-online", path),
              List.of("stanza-create", "--no-online", path),
              List.of("archive-push", path, segment(older)))) {
        String[] arguments = verb.toArray(String[]::new);
        Outcome ours = site.ours(arguments);
        var theirs = site.theirs(arguments);
        assertThat(ours.exit())
            .as("%s\npgbackrest: %s %s", ours, theirs.exit(), theirs.out() + theirs.err())
            .isEqualTo(theirs.exit())
            .isNotZero();
        assertThat(ours.err()).contains("ERROR").contains("HINT");
      }
    }
  }

  private static String segment(TestPostgres postgres) {
    return postgres.pgdata().resolve("pg_wal/000000010000000000000001").toString();
  }

  /** SIGTERM, as an init system sends it: the files stay for the next backup to take over. */
  @Test
  void aBackupThatIsToldToStopExitsWithTermAndTheNextOneTakesOver()
      throws IOException, InterruptedException {
    try (Site other = Site.create()) {
      other
          .option("compress-type", "gz")
          .option("compress-level", "9")
          .option("process-max", "1")
          .option("repo1-bundle", "n")
          .option("log-level-console", "detail");
      other.cluster(StoppedCluster.in(other.directory(), "pg"));
      other.oursWorks("stanza-create", "--no-online");
      Running running = other.startOurs("backup", "--no-online", "--type=full");
      awaitPlan(running, other.stanzaBackups());
      running.process().destroy();
      Outcome stopped = running.await();
      assertThat(stopped.exit()).as("%s", stopped).isEqualTo(ErrorCode.TERM.number());
      BadDaysTest.decent(other, stopped);
      assertThat(other.labels()).isEmpty();
      Outcome next = other.oursWorks("backup", "--no-online", "--type=full");
      assertThat(next.out() + next.err()).contains("resumable backup");
      assertThat(Files.readSymbolicLink(other.stanzaBackups().resolve("latest")).toString())
          .isEqualTo(other.newestLabel());
      other.pgbackrestVerifies();
      other.theirsWorks("backup", "--no-online", "--type=full", "--repo1-retention-full=9");
      assertThat(Files.readSymbolicLink(other.stanzaBackups().resolve("latest")).toString())
          .isEqualTo(other.newestLabel());
    }
  }

  /** Waits until the plan is stored, which is when files begin to be copied. */
  private static void awaitPlan(Running running, Path backups)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      assertThat(System.nanoTime()).isLessThan(end);
      assertThat(running.process().waitFor(1, TimeUnit.MILLISECONDS)).as("too fast").isFalse();
      try (var entries = Files.list(backups)) {
        if (entries.anyMatch(entry -> Files.exists(entry.resolve("backup.manifest.copy")))) {
          return;
        }
      }
    }
  }
}

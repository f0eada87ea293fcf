package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expires copies of one repository with both programs: the same has to stay. */
final class ExpireTest {
  private static Site site;
  private static List<String> labels;

  @BeforeAll
  static void backUp() {
    site = Site.create();
    site.option("compress-type", "lz4").option("repo1-bundle", "y");
    try (TestPostgres postgres =
        TestPostgres.startIn(
            site.directory(), TestPostgres.system(), TestClusterOptions.defaults())) {
      site.cluster(postgres);
      site.theirsWorks("stanza-create");
      postgres.archiveCommand(site.pgbackrest().archiveCommand(Site.STANZA));
      for (String type : List.of("full", "diff", "incr", "diff", "full", "incr", "full", "diff")) {
        postgres.load(10);
        site.theirsWorks("backup", "--type=" + type, "--repo1-retention-full=9");
      }
      postgres.switchWal();
      postgres.stop();
    }
    labels = site.labels();
  }

  @AfterAll
  static void remove() {
    site.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--repo1-retention-full=1",
        "--repo1-retention-full=2",
        "--repo1-retention-full=2 --repo1-retention-diff=1",
        "--repo1-retention-full=9 --repo1-retention-diff=2",
        "--repo1-retention-full=3 --repo1-retention-archive=1",
        "--repo1-retention-full=3 --repo1-retention-archive-type=diff --repo1-retention-archive=2",
        "--repo1-retention-full=3 --repo1-retention-archive-type=incr --repo1-retention-archive=1",
        "--repo1-retention-full=1 --repo1-retention-full-type=time",
        "--repo1-retention-full=9999999",
      })
  void keepsWhatPgbackrestKeeps(String retention) throws IOException {
    assertSame(retention.split(" ", -1));
  }

  @Test
  void removesABackupByNameWithAllThatDependOnIt() throws IOException {
    assertSame("--repo1-retention-full=9", "--set=" + labels.get(1));
    assertSame("--repo1-retention-full=9", "--set=" + labels.getFirst());
  }

  private static void assertSame(String... options) throws IOException {
    Path ours = copy("ours");
    Path theirs = copy("theirs");
    site.theirsWorks(with("--repo1-path=" + theirs, options));
    site.oursWorks(with("--repo1-path=" + ours, options));
    assertThat(files(ours)).containsExactlyElementsOf(files(theirs));
    String repository = "--repo1-path=" + ours;
    assertThat(site.theirsWorks("info", repository).out()).contains("status: ok");
    assertThat(site.theirsWorks("verify", "--output=text", repository).out())
        .doesNotContain("status: error");
    site.oursWorks("verify", repository);
    // Once more, and nothing else goes.
    site.oursWorks(with(repository, "--repo1-retention-full=9"));
    assertThat(files(ours)).containsExactlyElementsOf(files(theirs));
  }

  /** Danger 14: the one full backup that the cluster has left cannot be lost by a typing error. */
  @Test
  void refusesToRemoveTheLastFullBackup() throws IOException {
    Path ours = copy("ours");
    site.oursWorks("expire", "--repo1-path=" + ours, "--repo1-retention-full=1");
    List<String> before = files(ours);
    Outcome refused =
        site.ours(
            "expire",
            "--repo1-path=" + ours,
            "--repo1-retention-full=1",
            "--set=" + labels.get(labels.size() - 2));
    assertThat(refused.exit()).as("%s", refused).isNotZero();
    assertThat(files(ours)).containsExactlyElementsOf(before);
  }

  @Test
  void changesNothingInADryRun() throws IOException {
    Path ours = copy("ours");
    List<String> before = files(ours);
    Outcome outcome =
        site.oursWorks("expire", "--repo1-path=" + ours, "--repo1-retention-full=1", "--dry-run");
    assertThat(outcome.out()).contains("[DRY-RUN]").contains("expire full backup");
    assertThat(files(ours)).containsExactlyElementsOf(before);
  }

  private static String[] with(String repository, String... options) {
    return Stream.concat(Stream.of("expire", repository), Arrays.stream(options))
        .toArray(String[]::new);
  }

  private static Path copy(String name) {
    Path copy = site.directory().resolve(name);
    site.directory().run("rm", "-rf", copy.toString());
    site.directory().run("cp", "-a", site.repository().toString(), copy.toString());
    return copy;
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.map(path -> root.relativize(path).toString()).sorted().toList();
    }
  }
}

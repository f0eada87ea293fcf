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

  @Test
  void removesTheNewestBackupAndTheLinkToTheLatestMoves() throws IOException {
    assertSame("--repo1-retention-full=9", "--set=" + labels.getLast());
    assertThat(latest("ours")).isEqualTo(latest("theirs")).isEqualTo(labels.get(labels.size() - 2));
  }

  /** pgBackRest 2.45 has no such option; it is the same as to keep one full backup fewer. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--repo1-retention-full=9",
        "--repo1-retention-full=9999999 --repo1-retention-archive=9999",
        "--repo1-retention-full=100 --repo1-retention-full-type=time",
      })
  void theOldestFullBackupGoesWithAllThatDependOnIt(String configured) throws IOException {
    Path ours = copy("ours");
    Path theirs = copy("theirs");
    for (int kept = 2; kept > 0; kept--) {
      site.oursWorks(with("--repo1-path=" + ours, (configured + " --oldest").split(" ", -1)));
      site.theirsWorks(
          with(
              "--repo1-path=" + theirs,
              "--repo1-retention-full=" + kept,
              "--repo1-retention-archive=" + kept));
      assertThat(files(ours)).containsExactlyElementsOf(files(theirs));
    }
    Outcome last =
        site.oursWorks(with("--repo1-path=" + ours, (configured + " --oldest").split(" ", -1)));
    assertThat(last.out() + last.err()).contains("no eligible full backup to expire");
    assertThat(files(ours)).containsExactlyElementsOf(files(theirs));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--repo1-retention-full=9 --repo1-retention-archive-type=diff",
        "--repo1-retention-full=9 --repo1-retention-archive-type=diff --repo1-retention-archive=2",
        "--repo1-retention-full=9 --repo1-retention-archive-type=incr",
        "--repo1-retention-full-type=time",
      })
  void warnsOfRetentionThatIsNotSetAsPgbackrestDoes(String retention) {
    String[] options = retention.isEmpty() ? new String[0] : retention.split(" ", -1);
    Outcome ours = site.oursWorks(with("--dry-run", options));
    var theirs = site.theirsWorks(with("--dry-run", options));
    assertThat(warnings(ours.out() + ours.err()))
        .isNotEmpty()
        .containsExactlyElementsOf(warnings(theirs.out() + theirs.err()));
  }

  /** Which option each warning is about first, with its repository. */
  private static List<String> warnings(String said) {
    return said.lines()
        .filter(line -> line.matches(".*(WARN: |retention-archive' is not set).*"))
        .map(line -> line.replaceFirst("^.*?'(repo1-[a-z-]+).*$", "$1"))
        .distinct()
        .sorted()
        .toList();
  }

  private static String latest(String repository) throws IOException {
    Path link = site.directory().resolve(repository + "/backup/" + Site.STANZA + "/latest");
    return Files.readSymbolicLink(link).toString();
  }

  private static void assertSame(String... options) throws IOException {
    Path ours = copy("ours");
    Path theirs = copy("theirs");
    site.theirsWorks(with("--repo1-path=" + theirs, options));
    site.oursWorks(with("--repo1-path=" + ours, options));
    assertThat(files(ours)).containsExactlyElementsOf(files(theirs));
    String repository = "--repo1-path=" + ours;
    assertThat(latest("ours")).isEqualTo(latest("theirs"));
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

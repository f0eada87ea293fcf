package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.OsUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Restores into directories in which something is already, or that are too small: the same is there
 * afterwards as after a restore by pgBackRest.
 */
final class RestoreDestinationTest {
  /** No user of the host has this number. */
  private static final String NOBODYS_NUMBER = "61234";

  @RegisterExtension static final SeedOnFailure RANDOM = new SeedOnFailure();

  private static Site site;
  private static StoppedCluster cluster;
  private static FileTree expected;

  @BeforeAll
  static void backUp() {
    site = Site.create();
    site.option("compress-type", "lz4").option("repo1-bundle", "y");
    cluster = StoppedCluster.in(site.directory(), "pg");
    site.cluster(cluster);
    if (OsUser.isRoot()) {
      root("chown", "nobody:nogroup", cluster.data().resolve("base/1/PG_VERSION").toString());
      root("chmod", "0644", cluster.data().resolve("base/1/PG_VERSION").toString());
      root("chown", NOBODYS_NUMBER, cluster.data().resolve("global/1261").toString());
      root("chmod", "0644", cluster.data().resolve("global/1261").toString());
    }
    site.theirsWorks("stanza-create", "--no-online");
    site.theirsWorks("backup", "--no-online");
    Path whole = site.directory().directory("whole");
    site.theirsWorks(arguments(whole));
    expected = StoppedCluster.treeOf(whole);
  }

  @AfterAll
  static void remove() {
    site.close();
  }

  @Test
  void refusesADirectoryWithFilesAndLeavesItAsItIs() {
    Path target = messy("refused");
    FileTree before = FileTree.of(target, name -> false);
    assertRefused(ErrorCode.PATH_NOT_EMPTY, target);
    assertThat(before.differences(FileTree.of(target, name -> false))).isEmpty();
  }

  /** A typing error in the path must not cost somebody's files. */
  @ParameterizedTest
  @ValueSource(strings = {"--force", "--delta"})
  void refusesToOverwriteWhatIsNoCluster(String option) {
    Path target = site.directory().directory("no-cluster" + option);
    Path file = site.directory().file("no-cluster" + option + "/letter", "to somebody");
    assertRefused(ErrorCode.PATH_NOT_EMPTY, target, option);
    assertThat(file).hasContent("to somebody");
    assertThat(target).isDirectoryContaining(file::equals);
  }

  private static void assertRefused(ErrorCode code, Path target, String... options) {
    Outcome refused = site.ours(arguments(target, options));
    assertThat(refused.exit())
        .as("%s", refused)
        .isEqualTo(code.number())
        .isEqualTo(site.theirs(arguments(target, options)).exit());
    assertThat(refused.err()).contains(target.toString()).contains("HINT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--force", "--delta", "--delta --force"})
  void whatDoesNotBelongGoesAndTheRestIsMadeRight(String line) throws IOException {
    String[] options = line.split(" ", -1);
    Path ours = messy("ours" + line.replace(' ', '-'));
    Path theirs = messy("theirs" + line.replace(' ', '-'));
    site.oursWorks(arguments(ours, options));
    site.theirsWorks(arguments(theirs, options));
    FileTree tree = StoppedCluster.treeOf(ours);
    assertThat(StoppedCluster.treeOf(theirs).differences(tree)).isEmpty();
    assertThat(expected.differences(tree)).as("seed %s", RANDOM).isEmpty();
    assertThat(site.directory().resolve("outside/letter")).hasContent("to somebody");
  }

  /** By itself force reads nothing of what is there; with delta it believes size and time. */
  @Test
  void forceWritesEverythingAndWithDeltaOnlyWhatLooksDifferent() throws IOException {
    Path target = site.directory().directory("looks");
    site.oursWorks(arguments(target));
    Path file = target.resolve("base/1/PG_VERSION");
    FileTime time = Files.getLastModifiedTime(file);
    Files.writeString(file, "51\n");
    Files.setLastModifiedTime(file, time);
    site.oursWorks(arguments(target, "--delta", "--force"));
    assertThat(file).hasContent("51\n");
    Outcome forced = site.oursWorks(arguments(target, "--force", "--log-level-console=detail"));
    assertThat(file).hasContent("15\n");
    assertThat(forced.out()).doesNotContain("exists and matches");
  }

  /** A cluster in which all kinds of things have happened. */
  private static Path messy(String name) {
    Path target = site.directory().resolve(name);
    site.directory().run("cp", "-a", cluster.data().toString(), target.toString());
    if (OsUser.isRoot()) {
      // What was copied belongs to who copied it.
      root("chown", "-R", site.directory().owner().name(), target.toString());
    }
    site.directory().directory("outside");
    site.directory().file("outside/letter", "to somebody");
    for (String mess :
        List.of(
            "rm -rf pg_xact && echo file > pg_xact",
            "rm base/1/1259 && mkdir -p base/1/1259/below && echo x > base/1/1259/below/file",
            "rm base/1/1255 && ln -s ../../../outside/letter base/1/1255",
            "ln -s ../outside linked",
            "rm -rf pg_multixact/members && ln -s ../../outside pg_multixact/members",
            "ln -s /nowhere/at/all dangling",
            "ln -s ../../outside pg_tblspc/16999",
            "mkfifo pipe",
            "mkdir -p base/77/deep && echo y > base/77/deep/file && chmod 0500 base/1/1249",
            "rm -rf pg_logical pg_subtrans",
            "echo standby > standby.signal && echo backup > backup_label",
            "echo more >> base/1/1247",
            "truncate -s 8192 base/1/2619",
            "chmod 0750 base && chmod 0644 base/1/2610",
            "touch -d '1 day ago' base/1/2608 base/1/2609")) {
      site.directory().run("sh", "-ec", "cd " + target + " && " + mess);
    }
    return target;
  }

  @Test
  void rootGivesFilesToTheirOwners() {
    assumeTrue(OsUser.isRoot(), "only root can give files away");
    Path ours = site.directory().directory("ours-of-root");
    Path theirs = site.directory().directory("theirs-of-root");
    List<String> command = new ArrayList<>();
    command.add(HoldfastCommand.program().toString());
    command.add("--config=" + site.pgbackrest().configuration());
    command.add("--stanza=" + Site.STANZA);
    command.addAll(List.of(arguments(ours)));
    String said = root(command.toArray(String[]::new));
    site.pgbackrest()
        .runAs(
            OsUser.current(),
            Stream.concat(Stream.of("--stanza=" + Site.STANZA), Stream.of(arguments(theirs)))
                .toArray(String[]::new))
        .orThrow("restore as root");
    FileTree tree = StoppedCluster.treeOf(ours);
    assertThat(StoppedCluster.treeOf(theirs).differences(tree)).isEmpty();
    assertThat(tree.entries().get("base/1/PG_VERSION")).contains(" nobody:nogroup ");
    String owner = " " + site.directory().owner().name() + ":";
    assertThat(tree.entries().get("global/1260")).contains(owner);
    // Who is not known here gets what the directory's owner has.
    assertThat(tree.entries().get("global/1261")).contains(owner);
    assertThat(said).contains("unknown user in backup manifest mapped to current user");
    for (String name : List.of("global/pg_control", "postgresql.auto.conf")) {
      assertThat(FileTree.of(ours, path -> false).entries().get(name)).contains(owner);
    }
  }

  @Test
  void danger19_aFullDiskStopsTheRestoreAndWithRoomDeltaFinishesIt() throws IOException {
    assumeTrue(OsUser.isRoot(), "only root can mount a small file system");
    Path target = site.directory().directory("small");
    try (SmallDisk disk = new SmallDisk(site.directory(), target, "12m")) {
      Outcome full = site.ours(arguments(target));
      assertThat(full.exit()).as("%s", full).isEqualTo(ErrorCode.FILE_WRITE.number());
      assertThat(full.err())
          .contains(target.toString())
          .containsIgnoringCase("no space left")
          .doesNotContain("\tat ");
      assertThat(target.resolve("global/pg_control")).as("nobody can start it").doesNotExist();
      disk.grow("100m");
      Outcome finished = site.oursWorks(arguments(target, "--delta", "--log-level-console=detail"));
      assertThat(finished.out()).contains("exists and matches backup");
      assertThat(expected.differences(StoppedCluster.treeOf(target))).isEmpty();
      assertThat(target.resolve("global/pg_control")).exists();
    }
  }

  private static String root(String... command) {
    ExternalProgram.Result result =
        ExternalProgram.run(List.of(command), Map.of(), Duration.ofMinutes(1))
            .orThrow(String.join(" ", command));
    return result.out() + result.err();
  }

  private static String[] arguments(Path target, String... options) {
    return Stream.concat(
            Stream.of("restore", "--type=none", "--pg1-path=" + target), Stream.of(options))
        .toArray(String[]::new);
  }
}

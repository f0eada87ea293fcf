package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Restores, by options, of what the real pgBackRest backed up. */
final class RestoreTest {
  @RegisterExtension static final SeedOnFailure RANDOM = new SeedOnFailure();

  private static Site site;
  private static StoppedCluster cluster;
  private static Path elsewhere;
  private static FileTree expected;

  @BeforeAll
  static void backUp() throws IOException {
    site = BadDaysTest.encrypted();
    site.option("compress-type", "lz4").option("repo1-bundle", "y").option("process-max", "2");
    cluster = StoppedCluster.in(site.directory(), "pg");
    site.cluster(cluster);
    elsewhere = site.directory().directory("elsewhere");
    site.directory().run("mv", cluster.data().resolve("pg_xact").toString(), elsewhere + "/xact");
    site.directory()
        .run("ln", "-s", elsewhere + "/xact", cluster.data().resolve("pg_xact").toString());
    site.directory().run("mkdir", "-p", elsewhere + "/space/PG_15_202209061/5");
    site.directory().file("elsewhere/space/PG_15_202209061/5/16401", "a relation");
    site.directory()
        .run(
            "ln", "-s", elsewhere + "/space", cluster.data().resolve("pg_tblspc/16400").toString());
    site.directory().file("pg/tablespace_map", "16400 " + elsewhere + "/space\n");
    site.theirsWorks("stanza-create", "--no-online");
    site.theirsWorks("backup", "--no-online", "--type=full");
    cluster.change(RANDOM.fork("diff"));
    site.theirsWorks("backup", "--no-online", "--type=diff");
    Path whole = site.directory().directory("whole");
    restored(whole, "--tablespace-map-all=" + elsewhere + "/whole");
    expected = StoppedCluster.treeOf(whole);
  }

  @AfterAll
  static void remove() {
    site.close();
  }

  private static Outcome restored(Path target, String... options) {
    return site.oursWorks(arguments(target, options));
  }

  private static String[] arguments(Path target, String... options) {
    return Stream.concat(
            Stream.of("restore", "--type=none", "--pg1-path=" + target), Stream.of(options))
        .toArray(String[]::new);
  }

  @Test
  void deltaBringsBackWhatChangedAndRemovesWhatDoesNotBelong() throws IOException {
    Path target = site.directory().directory("delta");
    String space = "--tablespace-map-all=" + elsewhere + "/delta";
    restored(target, space);
    Map<Path, Object> before = inodes(target);
    List<Path> relations = relations(target);
    StoppedCluster.truncate(relations.get(0), 100);
    StoppedCluster.write(relations.get(1), 8_000, 10, RANDOM.fork("flip"));
    StoppedCluster.write(relations.get(2), 1_000_000, 10, RANDOM.fork("grow"));
    Files.delete(relations.get(3));
    site.directory().run("mkdir", target + "/base/77");
    site.directory().file("delta/base/77/1", "no file of ours");
    restored(target, "--delta", space);
    assertSame(target);
    Map<Path, Object> after = inodes(target);
    before.keySet().removeAll(relations.subList(0, 4));
    before.keySet().removeIf(path -> path.toString().matches(".*(pg_control|auto.conf)"));
    assertThat(after).as("files that were right stay as they are").containsAllEntriesOf(before);
  }

  /** Equal but for where the tablespace's link leads. */
  private static void assertSame(Path target) {
    assertThat(
            expected.differences(StoppedCluster.treeOf(target)).stream()
                .filter(line -> !line.startsWith("pg_tblspc/16400")))
        .as("seed %s", RANDOM)
        .isEmpty();
  }

  /** Files of tables that are large enough to be changed, the largest first. */
  private static List<Path> relations(Path target) throws IOException {
    try (Stream<Path> files = Files.walk(target.resolve("base"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toFile().length() > 16_384)
          .sorted(Comparator.<Path>comparingLong(file -> file.toFile().length()).reversed())
          .toList();
    }
  }

  private static Map<Path, Object> inodes(Path target) throws IOException {
    Map<Path, Object> inodes = new HashMap<>();
    try (Stream<Path> files = Files.walk(target)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        inodes.put(file, Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS));
      }
    }
    return inodes;
  }

  /** Danger 4: without pg_control nobody can start what is not whole. */
  @Test
  void aKilledRestoreCannotBeStartedAndDeltaFinishesIt() throws IOException {
    Path target = site.directory().directory("killed");
    String space = "--tablespace-map-all=" + elsewhere + "/killed";
    restored(target, space);
    for (int kill = 0; kill < 5; kill++) {
      Path damaged = relations(target).getFirst();
      StoppedCluster.truncate(damaged, 100);
      site.startOurs(arguments(target, "--delta", space))
          .killAfter(200 + RANDOM.fork("kill" + kill).nextInt(700));
      boolean complete = Files.size(damaged) != 100;
      boolean begun = Files.exists(target.resolve("backup.manifest"));
      if (begun) {
        assertThat(target.resolve("global/pg_control")).as("seed %s", RANDOM).doesNotExist();
      } else if (Files.exists(target.resolve("global/pg_control")) && complete) {
        assertSame(target);
      }
      restored(target, "--delta", space);
      assertSame(target);
      assertThat(target.resolve("global/pg_control")).exists();
    }
  }

  /** Danger 5: the links are made here, so PostgreSQL must not find the map of the original. */
  @Test
  void tablespacesGoWhereTheyAreMappedAndTheMapIsLeftOut() throws IOException {
    Path target = site.directory().directory("mapped");
    restored(target, "--tablespace-map=16400=" + elsewhere + "/mapped-space");
    assertThat(target.resolve("tablespace_map")).doesNotExist();
    assertThat(target.resolve("pg_tblspc/16400")).isSymbolicLink();
    assertThat(Files.readSymbolicLink(target.resolve("pg_tblspc/16400")))
        .isEqualTo(elsewhere.resolve("mapped-space"));
    assertThat(elsewhere.resolve("mapped-space/PG_15_202209061/5/16401")).hasContent("a relation");
    Outcome wrong =
        site.ours(
            arguments(site.directory().directory("unmapped"), "--tablespace-map=7=/tmp/nowhere"));
    assertThat(wrong.exit()).as("%s", wrong).isEqualTo(76);
  }

  /** Danger 7: a link is only followed when it was asked for. */
  @Test
  void linksBecomeDirectoriesUnlessTheyAreMappedOrAllAreWanted() {
    Path plain = site.directory().directory("plain");
    Outcome outcome = restored(plain, "--tablespace-map-all=" + elsewhere + "/plain");
    assertThat(outcome.out() + outcome.err()).contains("'pg_xact'");
    assertThat(plain.resolve("pg_xact")).isDirectory();
    assertThat(Files.isSymbolicLink(plain.resolve("pg_xact"))).isFalse();
    Path mapped = site.directory().directory("linked");
    restored(
        mapped,
        "--tablespace-map-all=" + elsewhere + "/linked",
        "--link-map=pg_xact=" + elsewhere + "/linked-xact");
    assertThat(Files.isSymbolicLink(mapped.resolve("pg_xact"))).isTrue();
    assertThat(elsewhere.resolve("linked-xact/0000")).isRegularFile();
    Outcome refused =
        site.ours(
            arguments(
                site.directory().directory("all"),
                "--tablespace-map-all=" + elsewhere + "/all",
                "--link-all"));
    assertThat(refused.exit()).as("the original is in the way: %s", refused).isEqualTo(40);
  }

  @Test
  void refusesAClusterThatRuns() throws IOException {
    Path target = site.directory().directory("running");
    String space = "--tablespace-map-all=" + elsewhere + "/running";
    restored(target, space);
    site.directory().file("running/postmaster.pid", "1\n");
    Outcome refused = site.ours(arguments(target, "--delta", space));
    assertThat(refused.exit()).as("%s", refused).isEqualTo(38);
    assertThat(target.resolve("global/pg_control")).exists();
  }

  /** Danger 20: what the spool says of the old cluster's segments is not true of the new one. */
  @Test
  void clearsTheSpoolOfTheStanza() throws IOException {
    Path spool = site.directory().resolve("pgbackrest-spool/archive/main/out");
    site.directory().run("mkdir", "-p", spool.toString());
    site.directory().file("pgbackrest-spool/archive/main/out/000000010000000000000001.ok", "");
    restored(site.directory().directory("spool"), "--tablespace-map-all=" + elsewhere + "/spool");
    try (Stream<Path> left = Files.walk(site.directory().resolve("pgbackrest-spool"))) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void aSetThatIsNotThereIsRefusedByName() {
    Outcome refused =
        site.ours(arguments(site.directory().directory("set"), "--set=20200101-000000F"));
    assertThat(refused.exit()).as("%s", refused).isEqualTo(75);
    assertThat(refused.err()).contains("20200101-000000F").contains("HINT");
  }

  @Test
  void anEarlierSetOfTheChainIsRestoredByName() {
    Path target = site.directory().directory("full");
    String full = site.labels().getFirst();
    restored(target, "--set=" + full, "--tablespace-map-all=" + elsewhere + "/full");
    assertThat(expected.differences(StoppedCluster.treeOf(target))).isNotEmpty();
    Path theirs = site.directory().directory("full-theirs");
    site.theirsWorks(
        arguments(theirs, "--set=" + full, "--tablespace-map-all=" + elsewhere + "/theirs"));
    assertThat(
            StoppedCluster.treeOf(theirs).differences(StoppedCluster.treeOf(target)).stream()
                .filter(line -> !line.startsWith("pg_tblspc/16400")))
        .isEmpty();
  }
}

package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Restores of single databases: the files of the others are holes, as they are after a restore by
 * pgBackRest; PostgreSQL starts, what was wanted can be read, and the rest can be dropped.
 */
final class SelectiveRestoreTest {
  private static final String UNWANTED = "not \"wanted\" here";

  private static Site site;
  private static ArchivedCluster cluster;

  @BeforeAll
  static void backUp() {
    site = Site.create();
    site.option("repo1-bundle", "y").option("compress-type", "lz4").option("start-fast", "y");
    cluster = ArchivedCluster.start(site);
    TestPostgres postgres = cluster.postgres();
    Path space = site.directory().directory("space");
    postgres.sql("create tablespace space location '" + space + "'");
    for (String name : List.of("wanted", UNWANTED)) {
      postgres.sql("create database \"" + name.replace("\"", "\"\"") + "\"");
      postgres.sqlIn(
          name,
          "create table t as select i, repeat('x', 200) as filler from generate_series(1, 2000) i");
      postgres.sqlIn(
          name, "create table s tablespace space as select i from generate_series(1, 5000) i");
    }
    cluster.backup("full");
    cluster.note("later");
    postgres.sqlIn("wanted", "insert into t values (2001, 'after the backup')");
    postgres.sqlIn(UNWANTED, "insert into t values (2001, 'after the backup')");
    postgres.switchWal();
    postgres.stop();
  }

  @AfterAll
  static void remove() {
    cluster.close();
    site.close();
  }

  @AfterEach
  void removeCopies() {
    site.directory().run("sh", "-c", "rm -rf " + site.directory().resolve("copy*"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--db-include=wanted", "--db-exclude=" + UNWANTED})
  void theOthersAreHolesAndCanBeDropped(String option) {
    site.oursWorks(arguments(option));
    assertHolesAndNothingElse();
    FileTree ours = tree();
    removeCopies();
    site.directory().directory("copy");
    site.theirsWorks(arguments(option));
    assertThat(tree().differences(ours)).isEmpty();
    removeCopies();
    recovers(option);
  }

  private static void recovers(String option) {
    site.oursWorks(arguments(option));
    try (ArchivedCluster restored = ArchivedCluster.restored(site, "copy")) {
      TestPostgres postgres = restored.postgres().start();
      restored.untilPromoted();
      assertThat(restored.notes()).isEqualTo("later");
      for (String table : List.of("t", "s")) {
        assertThat(postgres.sqlIn("wanted", "select count(*) from " + table))
            .isEqualTo(table.equals("t") ? "2001" : "5000");
      }
      assertThat(postgres.sqlIn("template1", "select count(*) > 100 from pg_class")).isEqualTo("t");
      assertThatThrownBy(() -> postgres.sqlIn(UNWANTED, "select count(*) from t"))
          .isInstanceOf(AssertionError.class);
      postgres.sql("drop database \"" + UNWANTED.replace("\"", "\"\"") + "\"");
      postgres.sql("create database fresh");
      assertThat(postgres.sqlIn("fresh", "select 1")).isEqualTo("1");
    }
  }

  /** With a delta it is the same: what was whole becomes holes. */
  @Test
  void deltaMakesHolesOfWhatWasWhole() {
    site.oursWorks(arguments());
    assertThat(readable("base/" + oid("wanted"))).isTrue();
    assertThat(readable("base/" + oid(UNWANTED))).isTrue();
    site.oursWorks(arguments("--delta", "--db-include=wanted"));
    assertHolesAndNothingElse();
    // And back again.
    site.oursWorks(arguments("--delta"));
    assertThat(readable("base/" + oid(UNWANTED))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--db-include=nobody's",
        "--db-exclude=nobody's",
        "--db-include=99999",
        "--db-include=postgres",
        "--db-include=wanted --db-exclude=wanted",
      })
  void refusesNamesThatMakeNoSense(String line) {
    String[] options = arguments(line.split(" (?=--)", -1));
    Outcome refused = site.ours(options);
    assertThat(refused.exit())
        .as("%s", refused)
        .isEqualTo(site.theirs(options).exit())
        .isIn(ErrorCode.DB_MISSING.number(), ErrorCode.DB_INVALID.number());
    assertThat(refused.err()).contains("ERROR");
  }

  @Test
  void aDatabaseIsAlsoKnownByItsNumber() {
    site.oursWorks(arguments("--db-exclude=" + oid(UNWANTED)));
    assertHolesAndNothingElse();
  }

  private static String oid(String database) {
    String out = site.theirsWorks("info", "--output=json", "--set=" + site.newestLabel()).out();
    String name = "\"name\":\"" + database.replace("\"", "\\\"") + "\",\"oid\":";
    int at = out.indexOf(name);
    assertThat(at).as(out).isPositive();
    return out.substring(at + name.length()).split("[^0-9]", 2)[0];
  }

  /** Every file of the unwanted database takes no room, and those of the wanted one do. */
  private static void assertHolesAndNothingElse() {
    for (String directory : List.of("base/", "pg_tblspc/")) {
      List<Path> holes = files(directory, oid(UNWANTED));
      assertThat(holes).isNotEmpty().allMatch(file -> blocks(file) == 0, "take no room");
      assertThat(holes).anyMatch(file -> file.toFile().length() > 100_000);
      assertThat(files(directory, oid("wanted")))
          .isNotEmpty()
          .noneMatch(file -> blocks(file) == 0, "take room");
    }
  }

  private static boolean readable(String directory) {
    return files(directory.substring(0, 5), directory.substring(5)).stream()
        .noneMatch(file -> blocks(file) == 0);
  }

  /** The relation files of a database in the data directory or in the tablespace. */
  private static List<Path> files(String where, String oid) {
    Path root =
        where.equals("base/")
            ? site.directory().resolve("copy/base")
            : site.directory().resolve("copy-space");
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.getParent().getFileName().toString().equals(oid))
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().equals("PG_VERSION"))
          .filter(file -> file.toFile().length() > 0)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long blocks(Path file) {
    return Long.parseLong(site.directory().run("stat", "-c", "%b", file.toString()).out().strip());
  }

  private static FileTree tree() {
    return StoppedCluster.treeOf(site.directory().resolve("copy"));
  }

  private static String[] arguments(String... options) {
    Path target = site.directory().directory("copy");
    return Stream.concat(
            Stream.of(
                "restore",
                "--pg1-path=" + target,
                "--tablespace-map-all=" + site.directory().resolve("copy-space"),
                "--archive-mode=off"),
            Stream.of(options))
        .toArray(String[]::new);
  }
}

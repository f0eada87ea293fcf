package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.postgres.process.PostgresInstallation;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every supported PostgreSQL, running: archived and backed up while it works, and taken back to a
 * moment before an accident, with all that a data directory can have.
 */
class EveryPostgresTest {
  private static final String DATABASE = "a \"quoted\" name with 'spaces'";

  /**
   * How a cluster is made.
   *
   * @param major its version; 0 for the distribution's PostgreSQL 15
   * @param walMegabytes the size of its WAL segments
   * @param checksums whether it has data checksums
   * @param linked whether its pg_wal is a symbolic link
   */
  record Shape(int major, int walMegabytes, boolean checksums, boolean linked) {
    PostgresInstallation installation() {
      return major == 0 ? TestPostgres.system() : TestPostgres.embedded(major);
    }

    int version() {
      return major == 0 ? 15 : major;
    }

    /** pgBackRest 2.45 knows versions up to 15. */
    boolean isKnownToPgBackRest() {
      return version() <= 15;
    }
  }

  static Stream<Shape> oldestAndNewest() {
    return Stream.of(new Shape(13, 1, true, true), new Shape(18, 64, false, false));
  }

  static Stream<Shape> all() {
    return Stream.of(
        new Shape(0, 16, true, true),
        new Shape(13, 64, false, false),
        new Shape(14, 1, true, false),
        new Shape(15, 16, false, true),
        new Shape(16, 4, true, true),
        new Shape(17, 16, false, false),
        new Shape(18, 1, true, true));
  }

  @ParameterizedTest
  @MethodSource("oldestAndNewest")
  void goesBackToTheMomentBeforeAnAccident(Shape shape) {
    goBack(shape);
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("all")
  void goesBackToTheMomentBeforeAnAccidentWithEveryVersion(Shape shape) {
    goBack(shape);
  }

  private static void goBack(Shape shape) {
    try (Site site = BadDaysTest.encrypted();
        TestPostgres postgres = start(site, shape)) {
      site.option("compress-type", "zst").option("repo1-bundle", "y");
      site.cluster(postgres);
      site.oursWorks("stanza-create");
      postgres.archiveCommand(site.archiveCommand(Program.HOLDFAST));
      site.oursWorks("check");
      fill(site, postgres);
      site.oursWorks("backup", "--type=full");
      change(postgres);
      site.oursWorks("backup", "--type=incr");
      postgres.load(100);
      String digest = postgres.loadDigest();
      postgres.sql("select pg_create_restore_point('before the accident')");
      postgres.sql("drop table load");
      postgres.switchWal();
      postgres.stop();
      site.holdfastVerifies();
      if (shape.isKnownToPgBackRest()) {
        site.pgbackrestVerifies();
      }
      recovered(site, shape, digest);
    }
  }

  private static TestPostgres start(Site site, Shape shape) {
    TestClusterOptions options =
        TestClusterOptions.defaults()
            .checksums(shape.checksums(), shape.version())
            .walSegmentMegabytes(shape.walMegabytes())
            .setting("min_wal_size = " + 2 * shape.walMegabytes() + "MB");
    if (shape.linked()) {
      options = options.initdb("--waldir=" + site.directory().resolve("wal-elsewhere"));
    }
    return TestPostgres.startIn(site.directory(), shape.installation(), options);
  }

  private static void fill(Site site, TestPostgres postgres) {
    postgres.load(500);
    Path tablespace = site.directory().directory("tablespace");
    postgres.sql("create tablespace \"elsewhere too\" location '" + tablespace + "'");
    postgres.sql(
        "create table in_tablespace tablespace \"elsewhere too\" as"
            + " select i, repeat('x', 100) as filler from generate_series(1, 1000) i");
    postgres.sql("create unlogged table unlogged as select i from generate_series(1, 1000) i");
    postgres.sql("create database \"" + DATABASE.replace("\"", "\"\"") + "\"");
    postgres.sqlIn(DATABASE, "create table t as select i from generate_series(1, 10) i");
    postgres.checkpoint();
  }

  private static void change(TestPostgres postgres) {
    postgres.load(200);
    postgres.sql("update in_tablespace set filler = repeat('y', 100) where i % 3 = 0");
    postgres.sqlIn(DATABASE, "insert into t select i from generate_series(11, 20) i");
    postgres.checkpoint();
  }

  private static void recovered(Site site, Shape shape, String digest) {
    Path tablespaces = site.directory().directory("tablespaces-of-copy");
    // Archiving is off: the copy must not push into the stanza that it came from.
    List<String> restore =
        new ArrayList<>(
            List.of(
                "restore",
                "--type=name",
                "--target=before the accident",
                "--target-action=promote",
                "--archive-mode=off",
                "--tablespace-map-all=" + tablespaces,
                "--pg1-path=" + site.directory().resolve("copy")));
    if (shape.linked()) {
      restore.add("--link-map=pg_wal=" + site.directory().resolve("wal-of-copy"));
    }
    site.directory().directory("copy");
    site.oursWorks(restore.toArray(String[]::new));
    assertThat(Files.isSymbolicLink(site.directory().resolve("copy/pg_wal")))
        .isEqualTo(shape.linked());
    try (TestPostgres copy =
        TestPostgres.existing(site.directory(), shape.installation(), "copy")) {
      copy.start();
      await(() -> copy.sql("select pg_is_in_recovery()").equals("f"));
      assertThat(copy.loadDigest()).isEqualTo(digest);
      assertThat(copy.sql("select count(*) from in_tablespace where filler like 'y%'"))
          .isEqualTo("333");
      assertThat(copy.sql("select count(*) from unlogged")).isEqualTo("0");
      assertThat(copy.sqlIn(DATABASE, "select count(*) from t")).isEqualTo("20");
      assertThat(
              copy.sql(
                  "select pg_tablespace_location(oid) from pg_tablespace"
                      + " where spcname = 'elsewhere too'"))
          .startsWith(tablespaces.toString());
      assertThat(copy.cluster().log()).doesNotContain("PANIC").doesNotContain("invalid page");
    }
  }

  private static void await(Supplier<Boolean> condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.get()) {
      assertThat(System.nanoTime()).as("recovery takes too long").isLessThan(end);
    }
  }
}

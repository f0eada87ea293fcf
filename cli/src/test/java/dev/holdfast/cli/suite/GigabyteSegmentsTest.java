package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A relation above 1 GiB lies in two files, of which the second one's pages are numbered on from
 * the first: their checksums hold under no other number.
 */
class GigabyteSegmentsTest {
  private static final int PAGES_PER_SEGMENT = 131072;
  private static final int PAGE = 8192;
  private static final int ROWS = PAGES_PER_SEGMENT + 100;

  @Tag("long")
  @Test
  void aRelationInTwoFilesIsCheckedBackedUpAndRestored() {
    try (Site site = Site.create()) {
      site.option("compress-type", "zst").option("compress-level", "1").option("repo1-bundle", "y");
      // Offline backups check pages when they are told to.
      site.option("checksum-page", "y");
      // Offline backups need no archive, so that filling the table writes no WAL.
      TestClusterOptions options =
          TestClusterOptions.defaults()
              .checksums(true, 15)
              .setting("wal_level = minimal")
              .setting("max_wal_senders = 0")
              .setting("autovacuum = off");
      try (TestPostgres postgres =
          TestPostgres.startIn(site.directory(), TestPostgres.system(), options)) {
        site.cluster(postgres);
        Path second = fill(postgres);
        postgres.stop();
        site.oursWorks("stanza-create", "--no-online");

        assertThat(backup(site, "full")).doesNotContain("invalid page checksum");
        assertSame(site, postgres, Program.PGBACKREST);

        postgres.start();
        postgres.sql("update t set i = -1 where ctid = '(%d,1)'".formatted(ROWS - 1));
        postgres.stop();
        assertThat(backup(site, "incr"))
            .contains(second.getFileName() + " (")
            .doesNotContain("invalid page checksum");
        assertSame(site, postgres, Program.HOLDFAST);

        damage(second, 2);
        assertThat(backup(site, "incr"))
            .contains("invalid page checksum")
            .contains("at page " + (PAGES_PER_SEGMENT + 2));
        damage(second, 5);
        site.theirsWorks("backup", "--no-online", "--type=incr");
        assertThat(manifest(site))
            .contains(
                "\"checksum-page-error\":[%d,%d]"
                    .formatted(PAGES_PER_SEGMENT + 2, PAGES_PER_SEGMENT + 5));
      }
    }
  }

  /** One row a page, so that the rows are the pages; gives the relation's second file. */
  private static Path fill(TestPostgres postgres) {
    postgres.sql(
        """
        create table t (i int, filler text);
        alter table t alter filler set storage plain;
        insert into t select i, repeat('x', 7000) from generate_series(1, %d) i;
        """
            .formatted(ROWS));
    Path first = postgres.pgdata().resolve(postgres.sql("select pg_relation_filepath('t')"));
    Path second = first.resolveSibling(first.getFileName() + ".1");
    postgres.checkpoint();
    assertThat(first.toFile().length()).isEqualTo((long) PAGES_PER_SEGMENT * PAGE);
    assertThat(second.toFile().length()).isGreaterThanOrEqualTo(100L * PAGE);
    return second;
  }

  private static String backup(Site site, String type) {
    Outcome outcome =
        site.oursWorks("backup", "--no-online", "--type=" + type, "--log-level-console=detail");
    return outcome.out() + outcome.err();
  }

  /** What a program restores is what was backed up, also for PostgreSQL's own check. */
  private static void assertSame(Site site, TestPostgres postgres, Program program) {
    Path target = site.directory().directory("restored");
    site.works(program, "restore", "--type=preserve", "--pg1-path=" + target);
    assertThat(StoppedCluster.treeOf(postgres.pgdata()).differences(StoppedCluster.treeOf(target)))
        .isEmpty();
    assertThat(
            site.directory()
                .run(
                    TestPostgres.system().program("pg_checksums").toString(),
                    "--check",
                    target.toString())
                .exit())
        .isZero();
    site.directory().run("rm", "-rf", target.toString());
  }

  /** Changes a byte in the middle of a page of a file. */
  private static void damage(Path file, int page) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {'y'}), (long) page * PAGE + PAGE / 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String manifest(Site site) {
    try {
      List<String> lines =
          Files.readAllLines(
              site.stanzaBackups().resolve(site.newestLabel()).resolve("backup.manifest"));
      return String.join("\n", lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

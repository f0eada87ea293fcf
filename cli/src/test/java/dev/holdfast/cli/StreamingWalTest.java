package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.SeededRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The growing segment in an encrypted repository, beside a real PostgreSQL. */
class StreamingWalTest {
  /** What is promised at the 99th percentile. */
  private static final long PROMISED_MILLIS = 2000;

  /** What a round on a busy machine may take, so that the default build does not depend on load. */
  private static final long BUSY_MILLIS = 8000;

  private static final String SLOTS = "select count(*) from pg_replication_slots";

  private AgentSite agents;
  private ArchiveSite site;

  @BeforeEach
  void makeSite() {
    agents = new AgentSite();
    site = agents.site;
    site.pgBackRest
        .option("global", "repo1-cipher-type", "aes-256-cbc")
        .option("global", "repo1-cipher-pass", "correct horse")
        .option("global", "repo1-retention-full", "2")
        .option("global", "start-fast", "y")
        .option("global", "archive-stream", "y");
  }

  @AfterEach
  void closeSite() {
    agents.close();
  }

  private List<String> pieces() {
    try (Stream<Path> files = Files.walk(site.repository.resolve("archive"))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(".hf"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitPiecesOf(String segment) {
    ArchiveSite.await(
        "pieces of " + segment, () -> pieces().stream().anyMatch(name -> name.startsWith(segment)));
  }

  private String currentSegment() {
    return site.postgres.sql("select pg_walfile_name(pg_current_wal_insert_lsn())");
  }

  @Test
  void aLostHostTakesTwoSecondsOfWalWithIt() {
    assertThat(lose(2).getLast()).isLessThan(BUSY_MILLIS);
  }

  @Test
  @Tag("chaos")
  void howMuchALostHostTakesWithIt() {
    List<Long> lost = lose(Integer.getInteger("holdfast.rounds", 50));
    long p50 = lost.get(lost.size() / 2);
    long p99 = lost.get((int) Math.ceil(lost.size() * 0.99) - 1);
    System.out.printf("RPO of %d lost hosts: p50 %d ms, p99 %d ms%n", lost.size(), p50, p99);
    assertThat(p99).isLessThanOrEqualTo(PROMISED_MILLIS);
  }

  /** Loses the host again and again; gives how many milliseconds were lost each time, sorted. */
  private List<Long> lose(int rounds) {
    SeededRandom random = SeededRandom.ofPropertyOrNew();
    site.expect(0, "stanza-create");
    agents.archiveThroughClient();
    TimedCommits.prepare(site.postgres);
    List<Long> lost = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      HoldfastCommand.Running agent = agents.startAgent();
      if (round % 10 == 0) {
        site.expect(0, "backup", "--type=full");
      }
      try (TimedCommits commits = TimedCommits.start(site.postgres)) {
        awaitPiecesOf(currentSegment());
        pause(500 + random.nextInt(2500));
        long end = System.currentTimeMillis();
        if (random.nextInt(2) == 0) {
          AgentSite.kill(agent);
          site.postgres.kill9();
        } else {
          site.postgres.kill9();
          AgentSite.kill(agent);
        }
        restoreToLatest();
        long restored = TimedCommits.newestIn(site.postgres);
        assertThat(restored).as("%s", random).isLessThanOrEqualTo(commits.newestConfirmed() + 100);
        lost.add(end - restored);
      }
    }
    site.expect(0, "verify");
    return lost.stream().sorted().toList();
  }

  private static void pause(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    ArchiveSite.await("the moment", () -> System.nanoTime() - end >= 0);
  }

  private void restoreToLatest() {
    site.directory.run("sh", "-c", "rm -rf '" + site.postgres.pgdata() + "'/*");
    site.expect(0, "restore");
    site.postgres.start();
    ArchiveSite.await(
        "the recovery ends", () -> site.postgres.sql("select pg_is_in_recovery()").equals("f"));
  }

  @Test
  void theSlotEndsWithTheAgentAndPiecesGoWhenTheSegmentArrives() {
    site.expect(0, "stanza-create");
    agents.archiveThroughClient();
    HoldfastCommand.Running agent = agents.startAgent();
    site.postgres.load(100);
    String first = currentSegment();
    awaitPiecesOf(first);
    assertThat(site.postgres.sql(SLOTS)).isEqualTo("1");
    assertThat(site.postgres.sql("select count(*) from pg_stat_replication")).isEqualTo("0");

    site.postgres.switchWal();
    site.postgres.load(100);
    awaitPiecesOf(currentSegment());
    ArchiveSite.await(
        "the first segment's pieces are gone",
        () -> pieces().stream().noneMatch(name -> name.startsWith(first)));
    assertThat(site.isArchived(first)).isTrue();

    AgentSite.kill(agent);
    ArchiveSite.await("the slot is gone", () -> site.postgres.sql(SLOTS).equals("0"));
  }
}

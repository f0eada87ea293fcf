package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.storage.s3.S3ServerProcess;
import dev.holdfast.testkit.SeededRandom;
import dev.holdfast.testkit.TestPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  private Path repository;

  @BeforeEach
  void makeSite() {
    agents = new AgentSite();
    site = agents.site;
    repository = site.repository;
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
    return pieces(repository);
  }

  /** By names alone: pieces come and go while this looks. */
  private static List<String> pieces(Path repository) {
    List<String> pieces = new ArrayList<>();
    File[] directories = repository.resolve("archive/main/15-1").toFile().listFiles();
    for (File directory : directories == null ? new File[0] : directories) {
      String[] names = directory.list((_, name) -> name.endsWith(".hf"));
      pieces.addAll(List.of(names == null ? new String[0] : names));
    }
    pieces.sort(null);
    return pieces;
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
  void aLostHostTakesNoMoreWithItWhenPiecesGoIntoABucket() {
    try (S3ServerProcess server = S3ServerProcess.start(site.directory.path(), "pieces")) {
      site.pgBackRest.option("global", "repo1-path", "/repo");
      server
          .options()
          .forEach(option ->
              site.pgBackRest.option("global", "repo1-" + option.getKey(), option.getValue()));
      repository = server.bucketDirectory().resolve("repo");
      assertThat(lose(1).getLast()).isLessThan(BUSY_MILLIS);
    }
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
    HoldfastCommand.Running agent = agents.startAgent();
    for (int round = 0; round < rounds; round++) {
      if (round % 10 == 0) {
        site.expect(0, "backup", "--type=full");
      }
      try (TimedCommits commits = TimedCommits.start(site.postgres)) {
        awaitPiecesOf(currentSegment().substring(0, 8));
        pause(500 + random.nextInt(2500));
        long end = System.currentTimeMillis();
        if (random.nextInt(2) == 0) {
          AgentSite.kill(agent);
          site.postgres.kill9();
        } else {
          site.postgres.kill9();
          AgentSite.kill(agent);
        }
        agent = restoreToLatest(round % 2 == 0);
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

  /** Recovers with an agent beside the server, or without one; gives the one that runs then. */
  private HoldfastCommand.Running restoreToLatest(boolean withAgent) {
    site.directory.run("sh", "-c", "rm -rf '" + site.postgres.pgdata() + "'/*");
    site.expect(0, "restore");
    HoldfastCommand.Running agent = withAgent ? agents.startAgent() : null;
    site.postgres.start();
    ArchiveSite.await(
        "the recovery ends", () -> site.postgres.sql("select pg_is_in_recovery()").equals("f"));
    return agent == null ? agents.startAgent() : agent;
  }

  @Test
  void aRepositoryThatIsDownDoesNotHoldUpTheOtherAndIsCaughtUp() {
    Path second = site.directory.directory("repo2");
    site.pgBackRest.repository(2, second);
    site.expect(0, "stanza-create");
    agents.archiveThroughClient();
    agents.startAgent();
    site.postgres.load(10);
    awaitPiecesOf(currentSegment());
    site.directory.run("chmod", "0", second.toString());
    site.postgres.switchWal();
    site.postgres.load(10);
    String current = currentSegment();
    awaitPiecesOf(current);
    int before = pieces().size();
    site.postgres.load(10);
    ArchiveSite.await("more pieces in the first", () -> pieces().size() > before);

    site.directory.run("chmod", "750", second.toString());
    ArchiveSite.await(
        "the second has pieces of " + current,
        () -> pieces(second).stream().anyMatch(name -> name.startsWith(current)));
    assertThat(pieces(second)).contains(current + ".00000000.hf");
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

  @Test
  void pgBackRestPassesPiecesOverAndExpiresThemWithTheirSegment() throws IOException {
    site.expect(0, "stanza-create");
    agents.archiveThroughClient();
    HoldfastCommand.Running agent = agents.startAgent();
    site.expect(0, "backup", "--type=full");
    String old = site.postgres.switchWal();
    site.postgres.load(100);
    awaitPiecesOf(currentSegment());
    String current = currentSegment();

    ExternalProgram.Result verify = pgbackrest("verify", "--output=text", "--verbose");
    assertThat(verify.exit()).as(verify.out() + verify.err()).isZero();
    assertThat(verify.out()).doesNotContain("error").doesNotContain(".hf");
    ExternalProgram.Result info = pgbackrest("info");
    assertThat(info.out()).contains("status: ok");
    String target = site.directory.directory("out").resolve("RECOVERYXLOG").toString();
    assertThat(pgbackrest("archive-get", current, target).exit()).isEqualTo(1);
    site.pgBackRest.expect("--stanza=main", "archive-get", old, target);
    site.expect(0, "verify");
    assertThat(site.run("info").out()).contains("status: ok").doesNotContain(".hf");

    // An agent would remove the pieces of a segment that is there.
    AgentSite.kill(agent);
    Path left = plantPieceOf(old);
    site.expect(0, "backup", "--type=full");
    assertThat(left).exists();
    site.pgBackRest.expect("--stanza=main", "expire", "--repo1-retention-full=1");
    assertThat(left).doesNotExist();

    old = site.postgres.switchWal();
    left = plantPieceOf(old);
    site.expect(0, "backup", "--type=full");
    assertThat(left).exists();
    site.expect(0, "expire", "--repo1-retention-full=1");
    assertThat(left).doesNotExist();
  }

  private ExternalProgram.Result pgbackrest(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--stanza=main"));
    all.addAll(List.of(arguments));
    return site.pgBackRest.run(all.toArray(String[]::new));
  }

  /** A piece that an agent has left of a segment that is archived. */
  private Path plantPieceOf(String segment) throws IOException {
    ArchiveSite.await(segment + " is archived", () -> site.isArchived(segment));
    Path directory = site.repository.resolve("archive/main/15-1").resolve(segment.substring(0, 16));
    Path planted = directory.resolve(segment + ".00000000.hf");
    site.directory.run("cp", site.pgBackRest.configuration().toString(), planted.toString());
    assertThat(planted).exists();
    return planted;
  }

  @Test
  void aPromotedStandbyArchivesWhatItReceivedAndTheOldPrimaryIsRefused() throws IOException {
    site.expect(0, "stanza-create");
    agents.archiveThroughClient();
    HoldfastCommand.Running agent = agents.startAgent();
    site.postgres.load(100);
    site.expect(0, "backup", "--type=full");
    Standby standby = new Standby(agents);
    try (TestPostgres promoted = standby.restore()) {
      // From here on the old primary archives nothing.
      AgentSite.kill(agent);
      site.postgres.archiveCommand("/bin/false");
      List<String> unarchived = new ArrayList<>();
      for (int segment = 0; segment < 3; segment++) {
        site.postgres.load(100);
        unarchived.add(site.postgres.switchWal());
      }
      site.postgres.load(100);
      String digest = site.postgres.loadDigest();
      ArchiveSite.await("the standby has all rows", () -> promoted.loadDigest().equals(digest));
      site.postgres.kill9();
      assertThat(unarchived).noneMatch(site::isArchived);

      standby.startAgent();
      assertThat(promoted.sql("select pg_promote()")).isEqualTo("t");
      for (String segment : unarchived) {
        ArchiveSite.await("the new primary archives " + segment, () -> site.isArchived(segment));
      }
      String own = promoted.switchWal();
      ArchiveSite.await("the new primary archives " + own, () -> site.isArchived(own));
      site.expect(0, "verify");

      site.postgres.start();
      site.postgres.load(10);
      String forked = site.postgres.switchWal();
      HoldfastCommand.Outcome alone = site.run("archive-push", site.wal(forked).toString());
      assertThat(alone.exit()).as(alone.toString()).isEqualTo(44);
      assertThat(alone.err()).contains("is of an old primary").contains("pg_rewind");
      HoldfastCommand.Outcome async =
          site.run("archive-push", "--archive-async", site.wal(forked).toString());
      assertThat(async.exit()).as(async.toString()).isEqualTo(44);
      agents.startAgent();
      HoldfastCommand.Outcome asked = agents.client("archive-push", "pg_wal/" + forked);
      assertThat(asked.exit()).as(asked.toString()).isEqualTo(44);
      assertThat(site.wal("archive_status/" + forked + ".ready")).exists();
      assertThat(site.isArchived(forked)).isFalse();
      String newest = currentSegment();
      assertThat(pieces()).noneMatch(name -> name.startsWith(newest));
    }
  }

  /** A second host: its own configuration, spool and agent. */
  private record Standby(AgentSite agents, Path configuration, Path spool) {
    Standby(AgentSite agents) throws IOException {
      this(
          agents,
          agents.site.directory.resolve("standby.conf"),
          agents.site.directory.directory("standby-spool"));
    }

    TestPostgres restore() throws IOException {
      ArchiveSite site = agents.site;
      Path data = site.directory.directory("standby");
      TestPostgres standby =
          TestPostgres.existing(site.directory, TestPostgres.system(), "standby");
      String text = Files.readString(site.pgBackRest.configuration());
      Files.writeString(
          configuration,
          text.replace(site.postgres.pgdata().toString(), data.toString())
              .replace("pg1-port=" + site.postgres.port(), "pg1-port=" + standby.port())
              .replace(
                  site.postgres.socketDirectory().toString(), standby.socketDirectory().toString())
              .replace(agents.spool.toString(), spool.toString()));
      site.directory.owner().own(configuration);
      HoldfastCommand.Outcome restored =
          HoldfastCommand.run(
              "restore",
              "--config=" + configuration,
              "--stanza=main",
              "--type=standby",
              "--recovery-option=primary_conninfo=host=%s port=%d user=postgres"
                  .formatted(site.postgres.socketDirectory(), site.postgres.port()));
      assertThat(restored.exit()).as(restored.toString()).isZero();
      standby.configure(
          "archive_command = '%s archive-push --stanza=main --spool-path=%s --config=%s %%p'"
              .formatted(HoldfastCommand.walProgram(), spool, configuration));
      return standby.start();
    }

    void startAgent() {
      agents.adopt(
          HoldfastCommand.start(
              "agent", "--config=" + configuration, "--stanza=main", "--log-level-console=detail"));
    }
  }
}

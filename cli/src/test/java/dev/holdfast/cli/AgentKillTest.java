package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.storage.s3.S3ServerProcess;
import dev.holdfast.testkit.SeededRandom;
import dev.holdfast.testkit.TestPgBackRest;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Agent, PostgreSQL and store are killed again and again while rows are committed: every committed
 * row is there after a restore from the archive, and no segment is there twice.
 */
class AgentKillTest {
  private static final int ROWS = 300;

  /** A start of the program for each of what may be hundreds of segments. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private enum Act {
    KILL_AGENT,
    END_AGENT,
    START_AGENT,
    KILL_POSTGRES,
    NOTHING
  }

  private HoldfastCommand.@Nullable Running agent;
  private @Nullable S3ServerProcess store;

  @Test
  void nothingIsLostHoweverTheyEnd() throws IOException {
    killAndRestore(8);
  }

  @Test
  @Tag("chaos")
  void nothingIsLostHoweverOftenTheyEnd() throws IOException {
    killAndRestore(200);
  }

  @Test
  void nothingIsLostThoughTheStoreIsKilledToo() throws IOException {
    killStoreAndRestore(8);
  }

  @Test
  @Tag("chaos")
  void nothingIsLostHoweverOftenTheStoreIsKilled() throws IOException {
    killStoreAndRestore(100);
  }

  private void killAndRestore(int rounds) throws IOException {
    try (AgentSite agents = new AgentSite()) {
      killAndRestore(rounds, agents, agents.site.repository);
    }
  }

  private void killStoreAndRestore(int rounds) throws IOException {
    try (AgentSite agents = new AgentSite();
        S3ServerProcess s3 = S3ServerProcess.start(agents.site.directory.path(), "killed")) {
      store = s3;
      TestPgBackRest settings = agents.site.pgBackRest.option("global", "repo1-path", "/repo");
      s3.options()
          .forEach(
              option -> settings.option("global", "repo1-" + option.getKey(), option.getValue()));
      killAndRestore(rounds, agents, s3.bucketDirectory().resolve("repo"));
    }
  }

  private void killAndRestore(int rounds, AgentSite agents, Path repository) throws IOException {
    SeededRandom random = SeededRandom.ofPropertyOrNew();
    ArchiveSite site = agents.site;
    site.pgBackRest.option("global", "repo1-retention-full", "9");
    site.expect(0, "stanza-create");
    agents.archiveThroughClient();
    agent = agents.startAgent();
    site.expect(0, "backup", "--type=full", "--start-fast");
    for (int round = 0; round < rounds; round++) {
      site.postgres.load(ROWS);
      for (int segments = random.nextInt(4); segments > 0; segments--) {
        site.postgres.switchWal();
      }
      if (store != null && random.nextInt(2) == 0) {
        // In the middle of the segments that were just ended.
        store.killAndStart();
      }
      Act act = Act.values()[random.nextInt(Act.values().length)];
      act(act, agents);
    }
    site.postgres.load(ROWS);
    String last = site.postgres.switchWal();
    ArchiveSite.await(
        "the last segment is archived (" + random + ")",
        PATIENCE,
        () -> !Files.exists(site.wal("archive_status/" + last + ".ready")));
    String digest = site.postgres.loadDigest();
    assertThat(segmentsOfArchive(repository)).as("%s", random).doesNotHaveDuplicates();
    site.expect(0, "verify");
    site.postgres.stop();
    assertThat(restored(site)).as("%s", random).isEqualTo(digest);
  }

  private void act(Act act, AgentSite agents) {
    HoldfastCommand.Running running = agent;
    switch (act) {
      case KILL_AGENT -> {
        if (running != null) {
          AgentSite.kill(running);
          agent = null;
        }
      }
      case END_AGENT -> {
        if (running != null) {
          assertThat(AgentSite.terminate(running)).isZero();
          agent = null;
        }
      }
      case START_AGENT -> {
        if (running == null) {
          agent = agents.startAgent();
        }
      }
      case KILL_POSTGRES -> {
        agents.site.postgres.kill9();
        agents.site.postgres.start();
      }
      case NOTHING -> {}
    }
  }

  private static List<String> segmentsOfArchive(Path repository) throws IOException {
    try (Stream<Path> files = Files.walk(repository.resolve("archive"))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          // A temporary name is what a killed push leaves.
          .filter(name -> name.matches("[0-9A-F]{24}-[0-9a-f]{40}(\\.[a-z0-9]+)?"))
          .map(name -> name.substring(0, 24))
          .toList();
    }
  }

  private static String restored(ArchiveSite site) {
    Path target = site.directory.directory("copy");
    site.expect(0, "restore", "--archive-mode=off", "--pg1-path=" + target);
    try (TestPostgres copy = TestPostgres.existing(site.directory, TestPostgres.system(), "copy")) {
      copy.start();
      ArchiveSite.await(
          "the copy is recovered",
          PATIENCE,
          () -> copy.sql("select pg_is_in_recovery()").equals("f"));
      return copy.loadDigest();
    }
  }
}

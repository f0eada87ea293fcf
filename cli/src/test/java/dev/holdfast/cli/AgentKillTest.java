package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.SeededRandom;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Agent and PostgreSQL are killed again and again while rows are committed: every committed row is
 * there after a restore from the archive, and no segment is there twice.
 */
class AgentKillTest {
  private static final int ROWS = 300;

  private enum Act {
    KILL_AGENT,
    END_AGENT,
    START_AGENT,
    KILL_POSTGRES,
    NOTHING
  }

  private HoldfastCommand.@Nullable Running agent;

  @Test
  void nothingIsLostHoweverTheyEnd() throws IOException {
    killAndRestore(8);
  }

  @Test
  @Tag("chaos")
  void nothingIsLostHoweverOftenTheyEnd() throws IOException {
    killAndRestore(200);
  }

  private void killAndRestore(int rounds) throws IOException {
    SeededRandom random = SeededRandom.ofPropertyOrNew();
    try (AgentSite agents = new AgentSite()) {
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
        Act act = Act.values()[random.nextInt(Act.values().length)];
        act(act, agents);
      }
      site.postgres.load(ROWS);
      String last = site.postgres.switchWal();
      ArchiveSite.await(
          "the last segment is archived (" + random + ")",
          () -> !Files.exists(site.wal("archive_status/" + last + ".ready")));
      String digest = site.postgres.loadDigest();
      assertThat(segmentsOfArchive(site)).as("%s", random).doesNotHaveDuplicates();
      site.expect(0, "verify");
      site.postgres.stop();
      assertThat(restored(site)).as("%s", random).isEqualTo(digest);
    }
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

  private static List<String> segmentsOfArchive(ArchiveSite site) throws IOException {
    try (Stream<Path> files = Files.walk(site.repository.resolve("archive"))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.matches("[0-9A-F]{24}-[0-9a-f]{40}.*"))
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
          "the copy is recovered", () -> copy.sql("select pg_is_in_recovery()").equals("f"));
      return copy.loadDigest();
    }
  }
}

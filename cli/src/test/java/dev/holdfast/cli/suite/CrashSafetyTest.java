package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.testkit.SeededRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * kill -9 at moments that a seed chooses. Afterwards the repository is good for pgBackRest, nothing
 * that was acknowledged is missing, and the next run, ours or pgBackRest's, succeeds.
 */
class CrashSafetyTest {
  @RegisterExtension static final SeedOnFailure RANDOM = new SeedOnFailure();

  /** For the long runs; the short ones have their numbers beside them. */
  private static final int MANY = Integer.getInteger("holdfast.kills", 60);

  @ParameterizedTest(name = "bundle={0}")
  @ValueSource(strings = {"y", "n"})
  void aKilledBackupLeavesTheRepositoryGoodForTheNext(String bundle) {
    killBackups(bundle, 4);
  }

  @Tag("chaos")
  @ParameterizedTest(name = "bundle={0}")
  @ValueSource(strings = {"y", "n"})
  void manyKilledBackupsLeaveTheRepositoryGoodForTheNext(String bundle) {
    killBackups(bundle, MANY);
  }

  @ParameterizedTest(name = "{0} times")
  @ValueSource(ints = 4)
  void aKilledExpireLeavesWhatItKeeps(int kills) throws IOException {
    killExpires(kills);
  }

  @Tag("chaos")
  @ParameterizedTest(name = "{0} times")
  @ValueSource(ints = 100)
  void manyKilledExpiresLeaveWhatTheyKeep(int kills) throws IOException {
    killExpires(kills);
  }

  @ParameterizedTest(name = "{0} times")
  @ValueSource(ints = 4)
  void aKilledArchivePushLosesNoAcknowledgedSegment(int kills) throws IOException {
    killPushes(kills);
  }

  @Tag("chaos")
  @ParameterizedTest(name = "{0} times")
  @ValueSource(ints = 200)
  void manyKilledArchivePushesLoseNoAcknowledgedSegment(int kills) throws IOException {
    killPushes(kills);
  }

  @ParameterizedTest(name = "{0} times")
  @ValueSource(ints = 3)
  void aKilledAsynchronousPushLosesNoAcknowledgedSegment(int kills) throws IOException {
    killAsynchronousPushes(kills);
  }

  @Tag("chaos")
  @ParameterizedTest(name = "{0} times")
  @ValueSource(ints = 60)
  void manyKilledAsynchronousPushesLoseNoAcknowledgedSegment(int kills) throws IOException {
    killAsynchronousPushes(kills);
  }

  @ParameterizedTest(name = "{0} times")
  @ValueSource(ints = 3)
  void aKilledStanzaCreateCanBeRepeated(int kills) {
    killStanzaCreates(kills);
  }

  @Tag("chaos")
  @ParameterizedTest(name = "{0} times")
  @ValueSource(ints = 60)
  void manyKilledStanzaCreatesCanBeRepeated(int kills) {
    killStanzaCreates(kills);
  }

  private static void killBackups(String bundle, int kills) {
    SeededRandom random = RANDOM.fork("backup" + bundle);
    try (Site site = Site.create()) {
      site.option("repo1-bundle", bundle).option("compress-type", "lz4");
      site.option("repo1-cipher-type", "aes-256-cbc").option("repo1-cipher-pass", "secret");
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.oursWorks("stanza-create", "--no-online");
      long typical = millis(() -> site.oursWorks("backup", "--no-online", "--type=full"));
      Map<String, FileTree> acknowledged = new HashMap<>();
      acknowledged.put(site.newestLabel(), cluster.tree());
      for (int i = 0; i < kills; i++) {
        cluster.change(random);
        String type = List.of("full", "diff", "incr").get(random.nextInt(3));
        KillMoment moment = KillMoment.within(typical, random);
        String what = type + " killed at " + moment + ", " + RANDOM;
        Optional<Outcome> ended =
            moment.strike(
                site.startOurs("backup", "--no-online", "--type=" + type), site.stanzaBackups());
        ended.ifPresent(outcome -> assertThat(outcome.exit()).as("%s: %s", what, outcome).isZero());
        if (ended.isPresent()) {
          acknowledged.put(site.newestLabel(), cluster.tree());
        }
        assertThat(site.labels()).as(what).containsAll(acknowledged.keySet());
        assertThat(site.theirsWorks("info").out()).as(what).contains("status: ok");
        site.pgbackrestVerifies();
        // The killed backup may have been complete, and pgBackRest refuses to back up what has not
        // changed since.
        cluster.change(random);
        Program next = random.nextBoolean() ? Program.HOLDFAST : Program.PGBACKREST;
        site.works(next, "backup", "--no-online", "--type=" + type);
        String label = site.newestLabel();
        acknowledged.put(label, cluster.tree());
        InterchangeTest.restored(site, next.other(), label, acknowledged.get(label));
      }
      site.pgbackrestVerifies();
      site.holdfastVerifies();
    }
  }

  private static void killExpires(int kills) throws IOException {
    SeededRandom random = RANDOM.fork("expire");
    try (Site site = Site.create()) {
      site.option("compress-type", "none");
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.theirsWorks("stanza-create", "--no-online");
      for (String type : List.of("full", "incr", "full", "diff", "incr", "full", "diff")) {
        cluster.change(random);
        site.theirsWorks("backup", "--no-online", "--type=" + type, "--no-expire-auto");
      }
      List<String> all = site.labels();
      List<String> kept = all.subList(all.size() - 2, all.size());
      FileTree tree = cluster.tree();
      Path whole = site.repository().resolveSibling("whole");
      site.directory().run("mv", site.repository().toString(), whole.toString());
      String[] expire = {"expire", "--repo1-retention-full=1"};
      copy(site, whole);
      long typical = millis(() -> site.oursWorks(expire));
      assertThat(site.labels()).containsExactlyElementsOf(kept);
      for (int i = 0; i < kills; i++) {
        copy(site, whole);
        KillMoment moment = KillMoment.within(typical, random);
        String what = "expire killed at " + moment + ", " + RANDOM;
        moment.strike(site.startOurs(expire), site.stanzaBackups());
        assertThat(site.labels()).as(what).containsAll(kept);
        assertThat(site.theirsWorks("info").out()).as(what).contains("status: ok").contains(kept);
        site.pgbackrestVerifies();
        site.works(random.nextBoolean() ? Program.HOLDFAST : Program.PGBACKREST, expire);
        assertThat(site.labels()).as(what).containsExactlyElementsOf(kept);
        site.pgbackrestVerifies();
      }
      InterchangeTest.restored(site, Program.PGBACKREST, kept.getLast(), tree);
    }
  }

  private static void copy(Site site, Path whole) {
    site.directory().run("rm", "-rf", site.repository().toString());
    site.directory().run("cp", "-a", whole.toString(), site.repository().toString());
  }

  private static void killPushes(int kills) throws IOException {
    SeededRandom random = RANDOM.fork("push");
    try (Site site = Site.create()) {
      site.option("compress-type", "zst");
      site.option("repo1-cipher-type", "aes-256-cbc").option("repo1-cipher-pass", "secret");
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.oursWorks("stanza-create", "--no-online");
      List<Path> acknowledged = new ArrayList<>();
      Path first = cluster.finishSegment(16, random);
      long typical = millis(() -> site.oursWorks("archive-push", first.toString()));
      acknowledged.add(first);
      for (int i = 0; i < kills; i++) {
        Path segment = cluster.finishSegment(17 + i, random);
        KillMoment moment = KillMoment.within(typical, random);
        Optional<Outcome> ended =
            moment.strike(site.startOurs("archive-push", segment.toString()), site.stanzaArchive());
        ended.ifPresent(outcome ->
            assertThat(outcome.exit()).as("%s %s: %s", moment, RANDOM, outcome).isZero());
        if (ended.isEmpty()) {
          // PostgreSQL tries again what was not acknowledged.
          Program next = random.nextBoolean() ? Program.HOLDFAST : Program.PGBACKREST;
          site.works(next, "archive-push", segment.toString());
        }
        acknowledged.add(segment);
      }
      assertArchived(site, acknowledged);
    }
  }

  private static void killAsynchronousPushes(int kills) throws IOException {
    SeededRandom random = RANDOM.fork("asynchronous push");
    try (Site site = Site.create()) {
      site.option("compress-type", "lz4").option("archive-async", "y").option("process-max", "2");
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.oursWorks("stanza-create", "--no-online");
      List<Path> acknowledged = new ArrayList<>();
      List<Path> waiting = new ArrayList<>();
      int number = 16;
      for (int i = 0; i < kills; i++) {
        while (waiting.size() < 5) {
          waiting.add(cluster.finishSegment(number++, random));
        }
        Path segment = waiting.getFirst();
        KillMoment moment = KillMoment.within(1500, random);
        Optional<Outcome> ended =
            moment.strike(site.startOurs("archive-push", segment.toString()), site.stanzaArchive());
        if (random.nextBoolean()) {
          killBackground(site);
        }
        if (ended.isEmpty() || ended.get().exit() != 0) {
          Program next = random.nextBoolean() ? Program.HOLDFAST : Program.PGBACKREST;
          site.works(next, "archive-push", segment.toString());
        }
        acknowledged.add(segment);
        waiting.removeFirst();
        Files.delete(StoppedCluster.readyMark(segment));
        assertStored(site, acknowledged);
      }
      awaitBackground(site);
      assertArchived(site, acknowledged);
    }
  }

  /** Processes of the test that its verbs left in the background, told by the test's directory. */
  private static List<ProcessHandle> background(Site site) {
    String mark = site.pgbackrest().configuration().toString();
    return ProcessHandle.allProcesses()
        .filter(each -> each.info().commandLine().orElse("").contains(mark))
        .toList();
  }

  private static void killBackground(Site site) {
    for (ProcessHandle each : background(site)) {
      each.destroyForcibly();
    }
    awaitBackground(site);
  }

  private static void awaitBackground(Site site) {
    for (ProcessHandle each : background(site)) {
      try {
        each.onExit().get(60, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
        throw new AssertionError("a background process does not end: " + each.info(), e);
      }
    }
  }

  private static void killStanzaCreates(int kills) {
    SeededRandom random = RANDOM.fork("stanza-create");
    for (int i = 0; i < kills; i++) {
      try (Site site = Site.create()) {
        site.option("repo1-cipher-type", "aes-256-cbc").option("repo1-cipher-pass", "secret");
        StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
        site.cluster(cluster);
        KillMoment moment = KillMoment.within(700, random);
        moment.strike(site.startOurs("stanza-create", "--no-online"), site.repository());
        site.theirsWorks("info");
        if (random.nextBoolean()) {
          // pgBackRest refuses a stanza that was created by half, also by itself: path not empty,
          // or
          // one file missing. It must not make matters worse.
          assertThat(site.theirs("stanza-create", "--no-online").exit()).isIn(0, 40, 55);
        }
        site.oursWorks("stanza-create", "--no-online");
        site.theirsWorks("stanza-create", "--no-online");
        Path segment = cluster.finishSegment(16, random);
        site.oursWorks("archive-push", segment.toString());
        assertThat(site.theirsWorks("info").out()).contains("wal archive min/max");
        try {
          assertArchived(site, List.of(segment));
        } catch (IOException e) {
          throw new AssertionError(moment + " " + RANDOM, e);
        }
      }
    }
  }

  /** Exactly one file of each segment is in the archive. */
  private static void assertStored(Site site, List<Path> segments) throws IOException {
    try (var files = Files.walk(site.stanzaArchive())) {
      List<String> names =
          files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
      for (Path segment : segments) {
        assertThat(names)
            .as("%s of %s", segment.getFileName(), RANDOM)
            .filteredOn(
                name -> name.matches(segment.getFileName() + "-[0-9a-f]{40}(\\.[a-z0-9]+)?"))
            .hasSize(1);
      }
    }
  }

  /** pgBackRest gives back every segment as it was. */
  private static void assertArchived(Site site, List<Path> segments) throws IOException {
    assertStored(site, segments);
    Path got = site.directory().resolve("got");
    for (Path segment : segments) {
      site.theirsWorks(
          "archive-get", "--no-archive-async", segment.getFileName().toString(), got.toString());
      assertThat(Files.mismatch(segment, got)).as("%s of %s", segment, RANDOM).isEqualTo(-1);
    }
  }

  private static long millis(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }
}

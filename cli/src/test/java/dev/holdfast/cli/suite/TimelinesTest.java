package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.domain.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Danger 13, with a cluster that was promoted, went on under the same stanza, and left behind a
 * backup that its new timeline knows nothing of:
 *
 * <pre>
 * timeline 1: early backup, a, restore point, b, late backup, c
 * timeline 2: from the restore point: x, backup after promotion, y
 * </pre>
 */
final class TimelinesTest {
  private static Site site;
  private static ArchivedCluster cluster;
  private static ArchivedCluster successor;
  private static String early;
  private static String late;
  private static String after;

  @BeforeAll
  static void promoteAfterAnAccident() {
    site = Site.create();
    site.option("repo1-bundle", "y").option("compress-type", "lz4").option("start-fast", "y");
    cluster = ArchivedCluster.start(site);
    early = cluster.backup("full");
    cluster.note("a");
    cluster.postgres().sql("select pg_create_restore_point('after a')");
    cluster.note("b");
    late = cluster.backup("incr");
    cluster.note("c");
    cluster.postgres().switchWal();
    site.oursWorks("check");
    cluster.postgres().stop();

    site.directory().directory("successor");
    // It takes over: it archives, so its timeline becomes known to the stanza.
    site.oursWorks(
        "restore",
        "--set=" + early,
        "--type=name",
        "--target=after a",
        "--target-action=promote",
        "--pg1-path=" + site.directory().resolve("successor"));
    successor = ArchivedCluster.restored(site, "successor");
    site.cluster(successor.postgres());
    successor.postgres().start();
    successor.untilPromoted().note("x");
    after = successor.backup("incr");
    successor.note("y");
    successor.postgres().switchWal();
    site.oursWorks("check");
  }

  @AfterAll
  static void remove() {
    successor.close();
    cluster.close();
    site.close();
  }

  @AfterEach
  void removeCopy() {
    site.directory().run("rm", "-rf", copy().toString());
  }

  @Test
  void danger13_aBackupFromBeforeThePromotionFollowsTheNewTimeline() {
    assertThat(promoted("--set=" + early)).isEqualTo("a x y");
  }

  @Test
  void danger13_aBackupThatTheNewTimelineDoesNotKnowIsRefusedBeforeAByteIsWritten() {
    Outcome refused = site.ours(arguments("--set=" + late));
    assertThat(refused.exit()).as("%s", refused).isEqualTo(ErrorCode.DB_MISMATCH.number());
    assertThat(refused.err())
        .contains("target timeline 2 forked from backup timeline 1")
        .contains("--target-timeline=current");
    assertThat(copy()).isEmptyDirectory();
  }

  @Test
  void danger13_thatBackupCanStayOnItsOwnTimeline() {
    assertThat(promoted("--set=" + late, "--target-timeline=current")).isEqualTo("a b c");
  }

  @Test
  void danger13_aTimelineIsFollowedByItsNumber() {
    assertThat(promoted("--set=" + early, "--target-timeline=1")).isEqualTo("a b c");
    removeCopy();
    assertThat(promoted("--set=" + early, "--target-timeline=0x2")).isEqualTo("a x y");
  }

  @Test
  void danger13_aBackupOfTheNewTimelineNeedsNothingOfTheOld() {
    assertThat(promoted("--set=" + after)).isEqualTo("a x y");
    removeCopy();
    // Nor can it go back to it.
    Outcome refused = site.ours(arguments("--set=" + after, "--target-timeline=1"));
    assertThat(refused.exit()).as("%s", refused).isNotZero();
    assertThat(refused.err()).contains("target timeline 1 is not known").contains("HINT");
  }

  @Test
  void danger13_aTimelineThatTheArchiveDoesNotHaveIsRefused() {
    Outcome refused = site.ours(arguments("--set=" + early, "--target-timeline=7"));
    assertThat(refused.exit()).as("%s", refused).isNotZero();
    assertThat(refused.err()).contains("00000007.history").contains("HINT");
  }

  /** A recovery that ends as soon as it is consistent never leaves the backup's timeline. */
  @Test
  void danger13_anImmediateRecoveryStaysOnTheBackupsTimeline() {
    assertThat(promoted("--set=" + late, "--type=immediate", "--target-action=promote"))
        .isEqualTo("a b");
  }

  @Test
  void danger13_bothProgramsFindTheRepositoryInOrder() {
    site.holdfastVerifies();
    site.pgbackrestVerifies();
    assertThat(site.stanzaArchive().resolve("15-1"))
        .isDirectoryContaining("glob:**00000002.history*");
  }

  private static Path copy() {
    return site.directory().resolve("copy");
  }

  private static String[] arguments(String... options) {
    if (!Files.exists(copy())) {
      site.directory().directory("copy");
    }
    return Stream.concat(
            Stream.of("restore", "--pg1-path=" + copy(), "--archive-mode=off"),
            Arrays.stream(options))
        .toArray(String[]::new);
  }

  private static String promoted(String... options) {
    site.oursWorks(arguments(options));
    try (ArchivedCluster restored = ArchivedCluster.restored(site, "copy")) {
      restored.postgres().start();
      return restored.untilPromoted().notes();
    }
  }
}

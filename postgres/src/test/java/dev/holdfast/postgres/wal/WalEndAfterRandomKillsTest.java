package dev.holdfast.postgres.wal;

import static dev.holdfast.postgres.ClusterSandbox.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.TimelineHistory.Ancestor;
import dev.holdfast.postgres.ClusterSandbox;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One cluster that is killed over and over: under load, while it recovers, while it is promoted.
 * Every time PostgreSQL judges, which promotes it once more, so that its history grows as well.
 */
@Tag("long")
final class WalEndAfterRandomKillsTest {
  private static final int KILLS = 12;

  /** What the server logs on its way from its start to the end of its promotion. */
  private static final List<String> MARKS =
      List.of(
          "starting PostgreSQL",
          "entering standby mode",
          "redo starts at",
          "consistent recovery state reached",
          "received promote request",
          "redo done at",
          "selected new timeline ID",
          "archive recovery complete",
          "database system is ready to accept connections");

  @ParameterizedTest
  @CsvSource({"13,1", "14,2", "15,3", "16,4", "17,5", "18,6"})
  void recoveryEndsThereEveryTime(int major, long seed) {
    Random random = new Random(seed);
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster cluster = StoppedCluster.start(sandbox, major);
      cluster.kill();
      for (int kill = 0; kill < KILLS; kill++) {
        String what = step(cluster, random);
        WalEnd alone = WalEnd.of(cluster.data());
        cluster.signal();
        WalEnd standby = WalEnd.of(cluster.data());
        TimelineHistory verdict = cluster.verdict();
        String as = "seed %d kill %d (%s)".formatted(seed, kill, what);
        assertThat(standby.lsn()).as(as).isEqualTo(verdict.ancestors().getLast().switchPoint());
        assertThat(standby.lsn()).as(as).isGreaterThanOrEqualTo(alone.lsn());
        assertThat(standby.history()).as(as).isEqualTo(before(standby.lsn(), verdict));
      }
    }
  }

  /**
   * The history of the byte before a position. PostgreSQL may have been about to follow a timeline
   * whose history was written when the kill came, but none of its WAL.
   */
  private static TimelineHistory before(Lsn end, TimelineHistory verdict) {
    List<Ancestor> line = verdict.ancestors();
    int own = line.size() - 1;
    while (own > 0 && line.get(own - 1).switchPoint().compareTo(end) >= 0) {
      own--;
    }
    return new TimelineHistory(line.get(own).timeline(), line.subList(0, own));
  }

  private static String step(StoppedCluster cluster, Random random) {
    boolean standby = random.nextBoolean();
    if (standby) {
      cluster.signal();
      return killAt(cluster, MARKS.get(random.nextInt(MARKS.size())));
    }
    cluster.unsignal();
    cluster.cluster().start(PATIENCE);
    if (random.nextInt(3) == 0) {
      cluster.run("checkpoint");
    }
    if (random.nextInt(3) == 0) {
      cluster.text("select pg_switch_wal()::text");
    }
    if (random.nextInt(4) == 0) {
      cluster.kill();
      return "killed idle";
    }
    cluster.killUnderLoad(random.nextInt(3 << 20));
    return "killed under load";
  }

  /** Starts and promotes it, and kills it as soon as it has logged the mark. */
  private static String killAt(StoppedCluster cluster, String mark) {
    int before = cluster.cluster().log().length();
    Thread promotion =
        Thread.ofVirtual()
            .start(() -> {
              try {
                cluster.cluster().start(PATIENCE);
                cluster.cluster().promote(PATIENCE);
              } catch (HoldfastException e) {
                // The kill is what ends this.
              }
            });
    // A mark that it passes by, having nothing to replay say, does not come.
    StoppedCluster.await(
        () -> cluster.cluster().log().indexOf(mark, before) >= 0 || !promotion.isAlive());
    cluster.kill();
    StoppedCluster.await(() -> !promotion.isAlive());
    cluster.kill();
    return "killed at '" + mark + "'";
  }
}

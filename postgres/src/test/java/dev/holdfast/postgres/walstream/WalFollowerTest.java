package dev.holdfast.postgres.walstream;

import static dev.holdfast.postgres.ClusterSandbox.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Timeline;
import dev.holdfast.postgres.ClusterSandbox;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.StopMode;
import dev.holdfast.postgres.session.Connector;
import dev.holdfast.postgres.session.Queries;
import dev.holdfast.postgres.session.SessionTarget;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WalFollowerTest {
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final String SLOTS =
      "select coalesce(string_agg(temporary || ' ' || (pg_current_wal_lsn() - restart_lsn <"
          + " 3 * 1048576), ','), '') from pg_replication_slots";

  private static SessionTarget target(LocalCluster cluster) {
    return new SessionTarget(
        cluster.place().sockets().toString(), cluster.place().port(), "postgres", "postgres");
  }

  private static WalFollower open(LocalCluster cluster, Duration silence) {
    return WalFollower.open(target(cluster), cluster.place().data(), PATIENCE, silence);
  }

  private static String sql(LocalCluster cluster, String sql) throws SQLException {
    try (Connection connection = Connector.connect(target(cluster), PATIENCE, Map.of())) {
      return new Queries(connection, PATIENCE).text(sql);
    }
  }

  private static LocalCluster start(ClusterSandbox sandbox, int major) throws Exception {
    LocalCluster running = sandbox.create(major, "--wal-segsize=1");
    running.configure("wal_level = replica\nmax_replication_slots = 4");
    running.start(PATIENCE);
    return running;
  }

  private static void await(Supplier<Boolean> condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.get()) {
      assertThat(System.nanoTime() - end).isNegative();
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 14, 15, 18})
  void tellsHowFarThePrimaryIsAndKeepsTwoSegmentsAtMost(int major) throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster running = start(sandbox, major);
      try (WalFollower follower = open(running, SILENCE)) {
        WalPosition before = follower.position().orElseThrow();
        assertThat(before.timeline()).isEqualTo(new Timeline(1));
        for (int segment = 0; segment < 4; segment++) {
          sql(running, "select pg_create_restore_point('more')::text");
          sql(running, "select pg_switch_wal()::text");
          sql(running, "select pg_create_restore_point('more')::text");
          assertThat(follower.position().orElseThrow().flushed())
              .isGreaterThan(before.flushed().plus(segment << 20));
        }
        if (major >= 14) {
          assertThat(follower.slotProblem()).isEmpty();
          assertThat(sql(running, SLOTS)).isEqualTo("true true");
        } else {
          assertThat(follower.slotProblem()).isNotEmpty();
          assertThat(sql(running, SLOTS)).isEmpty();
        }
        assertThat(sql(running, "select count(*)::text from pg_stat_replication")).isEqualTo("0");
      }
      assertThat(sql(running, SLOTS)).isEmpty();
    }
  }

  @Test
  void theServerEndsASilentSessionAndItsSlot() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster running = start(sandbox, 15);
      try (WalFollower follower = open(running, Duration.ofMillis(200))) {
        follower.position();
        await(() -> {
          try {
            return sql(running, SLOTS).isEmpty();
          } catch (SQLException e) {
            throw new AssertionError(e);
          }
        });
        assertThatThrownBy(follower::position).isInstanceOf(HoldfastException.class);
      }
    }
  }

  @Test
  void theServerOfAnotherDirectoryIsRefused() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster running = start(sandbox, 15);
      assertThatThrownBy(
              () -> WalFollower.open(target(running), sandbox.directory(), PATIENCE, SILENCE))
          .isInstanceOfSatisfying(
              HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DB_MISMATCH));
    }
  }

  @Test
  void withoutAFreeSlotItStillTells() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster running = sandbox.create(15, "--wal-segsize=1");
      running.configure("wal_level = replica\nmax_replication_slots = 0");
      running.start(PATIENCE);
      try (WalFollower follower = open(running, SILENCE)) {
        assertThat(follower.position()).isPresent();
        assertThat(follower.slotProblem()).contains("max_replication_slots");
        assertThat(follower.position()).isPresent();
      }
    }
  }

  @Test
  void aStandbyHasNoPositionUntilItIsPromoted() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster running = start(sandbox, 15);
      running.stop(StopMode.FAST, PATIENCE);
      sandbox.owner().own(Files.createFile(running.place().data().resolve("standby.signal")));
      running.start(PATIENCE);
      try (WalFollower follower = open(running, SILENCE)) {
        assertThat(follower.position()).isEmpty();
        assertThat(sql(running, "select pg_promote()::text")).isEqualTo("true");
        assertThat(follower.position().orElseThrow().timeline()).isEqualTo(new Timeline(2));
      }
    }
  }
}

package dev.holdfast.postgres.session;

import static dev.holdfast.postgres.ClusterSandbox.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.postgres.ClusterSandbox;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.StopMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionTest {
  private static SessionTarget target(LocalCluster cluster) {
    return new SessionTarget(
        cluster.place().sockets().toString(), cluster.place().port(), "postgres", "postgres");
  }

  private static ClusterAddress address(int key, LocalCluster cluster) {
    return new ClusterAddress(key, cluster.place().data(), target(cluster), null);
  }

  private static PgCluster open(LocalCluster cluster) {
    return PgCluster.open(address(1, cluster), PATIENCE, "holdfast [test]");
  }

  private static void execute(LocalCluster cluster, String sql) throws SQLException {
    try (Connection connection = Connector.connect(target(cluster), PATIENCE, Map.of())) {
      connection.createStatement().execute(sql);
    }
  }

  private static ErrorCode refusal(Runnable action) {
    return catchThrowableOfType(HoldfastException.class, action::run).code();
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 14, 15, 18})
  void beginsAndEndsABackup(int major) throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster running = sandbox.create(major, "--wal-segsize=1");
      running.configure("archive_mode = on\narchive_command = 'true # holdfast'");
      running.start(PATIENCE);
      Path space = sandbox.owner().createDirectory(sandbox.directory().resolve("ts"), 0700);
      execute(running, "create tablespace \"fast 'disk'\" location '" + space + "'");
      execute(running, "create database \"odd 'na\"\"me\"");
      try (PgCluster cluster = open(running)) {
        cluster.requireSameCluster();
        cluster.requireArchiving(true);
        cluster.session().lockBackups();
        assertThat(cluster.isStandby()).isFalse();
        assertThat(cluster.session().settings().version().major()).isEqualTo(major);
        assertThat(cluster.session().timeMillis())
            .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis() + 60_000);

        BackupStart start = cluster.startBackup(true, true);
        BackupStop stop = cluster.stopBackup();

        assertThat(start.segmentToCheck()).isNotNull();
        assertThat(stop.lsn()).isGreaterThan(start.lsn());
        assertThat(stop.segment()).isGreaterThanOrEqualTo(start.segment());
        assertThat(stop.backupLabel())
            .contains("START WAL LOCATION: " + start.lsn())
            .contains("LABEL: Holdfast backup started at ");
        assertThat(stop.tablespaceMap()).contains(space.toString());
        assertThat(cluster.session().tablespaces()).containsValue("fast 'disk'");
        assertThat(cluster.session().databases())
            .anySatisfy(database -> {
              assertThat(database.name()).isEqualTo("odd 'na\"me");
              assertThat(database.oid()).isGreaterThan(database.lastSystemOid());
            });
        assertThat(cluster.session().switchWal()).isLessThan(cluster.session().currentSegment());
        try (Session other = Session.open(target(running), PATIENCE, "holdfast [it's]")) {
          assertThat(refusal(other::lockBackups)).isEqualTo(ErrorCode.LOCK_ACQUIRE);
        }
      }
    }
  }

  @Test
  void followsAStandbyUntilItIsPromoted() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster primary = sandbox.create(17);
      primary.start(PATIENCE);
      LocalCluster standby = standbyOf(sandbox, primary);
      try (standby;
          ClusterSet clusters = discover(List.of(address(1, standby), address(3, primary)))) {
        PgCluster first = clusters.requirePrimary();
        PgCluster second = clusters.standby();
        assertThat(first.key()).isEqualTo(3);
        assertThat(second).isNotNull();
        assertThat(second.key()).isEqualTo(1);

        BackupStart start = first.startBackup(true, false);
        execute(primary, "create table t as select generate_series(1, 1000)");
        second.waitForReplay(start.lsn(), start.segment().timeline(), PATIENCE);
        assertThat(second.control().checkpoint()).isGreaterThanOrEqualTo(start.lsn());
        first.stopBackup();
        assertThat(
                refusal(() ->
                    second.waitForReplay(
                        start.lsn().plus(1L << 40),
                        start.segment().timeline(),
                        Duration.ofMillis(300))))
            .isEqualTo(ErrorCode.ARCHIVE_TIMEOUT);

        second.pingNow();
        standby.promote(PATIENCE);
        assertThat(refusal(second::pingNow)).isEqualTo(ErrorCode.DB_MISMATCH);
        assertThat(refusal(() -> discover(List.of(address(1, standby), address(3, primary)))))
            .isEqualTo(ErrorCode.DB_CONNECT);
      }
    }
  }

  private static ClusterSet discover(List<ClusterAddress> addresses) {
    return ClusterSet.discover(
        addresses, ClusterSet.Wanted.STANDBY, true, PATIENCE, "holdfast [test]");
  }

  private static LocalCluster standbyOf(ClusterSandbox sandbox, LocalCluster primary)
      throws Exception {
    LocalCluster standby = sandbox.existing(primary.installation(), "standby");
    Path data = standby.place().data();
    try (PgCluster cluster = open(primary)) {
      cluster.startBackup(true, false);
      sandbox.run("cp", "-a", primary.place().data().toString(), data.toString());
      Files.deleteIfExists(data.resolve("postmaster.pid"));
      Files.writeString(data.resolve("backup_label"), cluster.stopBackup().backupLabel());
      sandbox.owner().own(data.resolve("backup_label"));
    }
    standby.configure(
        "primary_conninfo = 'host=%s port=%d user=postgres'"
            .formatted(primary.place().sockets(), primary.place().port()));
    Files.writeString(data.resolve("standby.signal"), "", StandardOpenOption.CREATE_NEW);
    sandbox.owner().own(data.resolve("standby.signal"));
    standby.start(PATIENCE);
    return standby;
  }

  @Test
  void connectsToTheDatabaseThatIsAskedFor() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster running = sandbox.create(16);
      running.start(PATIENCE);
      SessionTarget usual = target(running);
      SessionTarget other =
          new SessionTarget(usual.socketPath(), usual.port(), "template1", usual.user());
      try (var connection = Connector.connect(other, PATIENCE, Map.of())) {
        assertThat(new Queries(connection, PATIENCE).text("select current_database()"))
            .isEqualTo("template1");
      }
    }
  }

  @Test
  void saysWhatIsWrongWithAClusterOrItsConfiguration() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster running = sandbox.create(16);
      running.start(PATIENCE);
      try (PgCluster cluster = open(running)) {
        assertThat(refusal(() -> cluster.requireArchiving(true)))
            .isEqualTo(ErrorCode.ARCHIVE_DISABLED);
        Queries impatient =
            new Queries(
                Connector.connect(target(running), PATIENCE, Map.of()), Duration.ofSeconds(1));
        assertThatThrownBy(() -> impatient.run("select pg_sleep(30)"))
            .isInstanceOf(HoldfastException.class)
            .hasMessageContaining("timed out after 1 s");
        assertThatThrownBy(() -> impatient.run("select no_such_thing"))
            .isInstanceOf(HoldfastException.class)
            .hasMessageContaining("no_such_thing");
        try (Connection connection = Connector.connect(target(running), PATIENCE, Map.of())) {
          connection.setNetworkTimeout(Runnable::run, 300);
          assertThatThrownBy(() -> connection.createStatement().execute("select pg_sleep(30)"))
              .isInstanceOf(SQLException.class);
        }
        LocalCluster other = sandbox.create(16);
        ClusterAddress mixed =
            new ClusterAddress(1, other.place().data(), target(running), PgVersion.parse("16"));
        try (PgCluster wrong = PgCluster.open(mixed, PATIENCE, "holdfast [test]")) {
          assertThat(refusal(wrong::requireSameCluster)).isEqualTo(ErrorCode.DB_MISMATCH);
        }
        running.stop(StopMode.IMMEDIATE, PATIENCE);
        assertThat(refusal(cluster::pingNow)).isEqualTo(ErrorCode.DB_QUERY);
      }
      assertThatThrownBy(() -> open(running))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("port " + running.place().port())
          .extracting(e -> ((HoldfastException) e).code())
          .isEqualTo(ErrorCode.DB_CONNECT);
      assertThat(refusal(() -> discover(List.of(address(1, running)))))
          .isEqualTo(ErrorCode.DB_CONNECT);
    }
  }
}

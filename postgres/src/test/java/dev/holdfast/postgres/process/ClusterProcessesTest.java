package dev.holdfast.postgres.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.postgres.ClusterSandbox;
import dev.holdfast.postgres.session.Connector;
import dev.holdfast.postgres.session.Queries;
import dev.holdfast.postgres.session.SessionTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What is left of a cluster when its postmaster is gone. */
class ClusterProcessesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static Connection connect(LocalCluster cluster) {
    SessionTarget target =
        new SessionTarget(
            cluster.place().sockets().toString(),
            cluster.place().port(),
            "postgres",
            LocalCluster.SUPERUSER);
    return Connector.connect(target, PATIENCE, Map.of());
  }

  @Test
  void aBusyBackendOutlivesItsPostmasterAndIsFound() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster cluster = sandbox.create(18);
      cluster.start(PATIENCE);
      ClusterProcesses processes = new ClusterProcesses(cluster.place().data());
      assertThat(processes.running()).hasSizeGreaterThan(3);
      long backend;
      try (Connection connection = connect(cluster)) {
        backend = Long.parseLong(new Queries(connection, PATIENCE).text("select pg_backend_pid()"));
        CountDownLatch asked = new CountDownLatch(1);
        Thread busy =
            Thread.ofPlatform()
                .start(() -> {
                  try (Statement statement = connection.createStatement()) {
                    asked.countDown();
                    statement.execute("do $$ begin loop end loop; end $$");
                  } catch (SQLException e) {
                    // It is killed.
                  }
                });
        asked.await();
        awaitBusy(backend);
        long postmaster = postmaster(cluster);
        assertThat(ProcessHandle.of(postmaster).orElseThrow().destroyForcibly()).isTrue();
        ProcessHandle.of(postmaster).ifPresent(handle -> handle.onExit().join());
        assertThat(cluster.isRunning()).isFalse();
        assertThat(processes.running()).contains(backend).doesNotContain(postmaster);

        assertThat(processes.killAll(PATIENCE)).isPositive();
        busy.join();
      }
      assertThat(processes.running()).isEmpty();
      assertThat(processes.killAll(PATIENCE)).isZero();
    }
  }

  private static void awaitBusy(long pid) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") R ")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static long postmaster(LocalCluster cluster) throws Exception {
    return Long.parseLong(
        Files.readAllLines(cluster.place().data().resolve("postmaster.pid")).getFirst().strip());
  }

  @Test
  void othersAreLeftAlone() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster one = sandbox.create(17);
      LocalCluster other = sandbox.create(17);
      one.start(PATIENCE);
      other.start(PATIENCE);
      // Somebody who looks around there is no PostgreSQL.
      Process shell =
          new ProcessBuilder(
                  one.owner()
                      .command(
                          List.of("sh", "-c", "cd '" + one.place().data() + "' && sleep 1000")))
              .start();
      try {
        new ClusterProcesses(one.place().data()).killAll(PATIENCE);
        assertThat(one.isRunning()).isFalse();
        assertThat(shell.isAlive()).isTrue();
        assertThat(other.isRunning()).isTrue();
        try (Connection connection = connect(other)) {
          assertThat(new Queries(connection, PATIENCE).text("select 1")).isEqualTo("1");
        }
      } finally {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
      }
    }
  }
}

package dev.holdfast.postgres.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.ClusterSandbox;
import dev.holdfast.postgres.control.ClusterState;
import dev.holdfast.postgres.control.PgControlFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LocalClusterTest {
  @Test
  void startsStopsAndDiesAsTold() {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster cluster = sandbox.create(18);
      assertThat(cluster.isRunning()).isFalse();
      cluster.start(ClusterSandbox.PATIENCE);
      assertThat(cluster.isRunning()).isTrue();
      assertThat(cluster.place().sockets().resolve(".s.PGSQL." + cluster.place().port())).exists();
      cluster.kill();
      assertThat(cluster.isRunning()).isFalse();
      assertThat(state(cluster)).isEqualTo(ClusterState.IN_PRODUCTION);
      cluster.start(ClusterSandbox.PATIENCE);
      cluster.stop(StopMode.FAST, ClusterSandbox.PATIENCE);
      assertThat(state(cluster)).isEqualTo(ClusterState.SHUT_DOWN);
      assertThat(cluster.log()).contains("database system was not properly shut down");
    }
  }

  @Test
  void aClusterThatDoesNotStartShowsItsLog() {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster cluster = sandbox.create(15);
      cluster.configure("shared_buffers = 'many'");
      assertThatThrownBy(() -> cluster.start(ClusterSandbox.PATIENCE))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("shared_buffers");
    }
  }

  @Test
  void refusesADirectoryWhoseSocketWouldNotFit() {
    Path deep = Path.of("/tmp/" + "d".repeat(100));
    assertThatThrownBy(() -> ClusterPlace.below(deep, "pg"))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("too long");
  }

  @Test
  void aProgramThatHangsIsKilled() {
    assertThatThrownBy(() ->
            ExternalProgram.run(
                List.of("sh", "-c", "sleep 1000 & sleep 1000"), Map.of(), Duration.ofMillis(200)))
        .isInstanceOf(HoldfastException.class)
        .extracting(e -> ((HoldfastException) e).code())
        .isEqualTo(ErrorCode.EXECUTE);
  }

  private static ClusterState state(LocalCluster cluster) {
    return PgControlFile.read(cluster.place().data(), null).control().state();
  }
}

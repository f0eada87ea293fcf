package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.simulation.WrittenStates;
import dev.holdfast.ha.wire.Event;
import dev.holdfast.ha.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What is read is what was written, of every state that a cluster in trouble goes through. */
class StoredClusterTest {
  private static final Map<NodeId, ServerAddress> ENDPOINTS =
      Map.of(new NodeId(1), new ServerAddress("db1", 5432));
  private static final List<Event> EVENTS =
      List.of(new Event(Instant.parse("2026-11-22T05:00:00.123456Z"), 3, 17, "a node is chosen"));

  @Test
  void everyStateOfClustersInTroubleIsReadAsItWasWritten() {
    TreeSet<String> courses = new TreeSet<>();
    long[] states = {0};
    for (long seed = 1; seed <= 4; seed++) {
      WrittenStates.of(
          seed,
          20_000,
          state -> {
            states[0]++;
            courses.add(state.course().getClass().getSimpleName());
            roundTrip(state);
          });
    }
    assertThat(states[0]).isGreaterThan(200);
    assertThat(courses).containsExactly("Election", "Handover", "Promotion", "Steady");
  }

  private static void roundTrip(ClusterState state) {
    StoredCluster written = StoredCluster.of("main", "secret", state, ENDPOINTS, EVENTS);
    StoredCluster read = Json.read(Json.write(written), StoredCluster.class);
    assertThat(read).isEqualTo(written);

    ClusterState again = read.state(0);
    assertThat(again).usingRecursiveComparison().ignoringFields("volatileState").isEqualTo(state);
    // Rules take the first node of several: the order is part of the state.
    assertThat(new ArrayList<>(again.nodes().keySet()))
        .isEqualTo(new ArrayList<>(state.nodes().keySet()));
    assertThat(new ArrayList<>(again.operations().keySet()))
        .isEqualTo(new ArrayList<>(state.operations().keySet()));
  }
}

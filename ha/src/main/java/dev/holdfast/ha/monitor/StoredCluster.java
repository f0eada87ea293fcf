package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.Course;
import dev.holdfast.ha.decide.Grant;
import dev.holdfast.ha.decide.Node;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Settings;
import dev.holdfast.ha.wire.Event;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * A cluster as its file has it. Times in the course count from the origin of the monitor that wrote
 * them, and mean nothing to the next one, which begins them anew.
 *
 * @param format {@link #FORMAT}
 * @param cluster its name
 * @param secret the password with which its nodes stream from each other
 * @param settings as in {@link ClusterState}, as are the rest
 * @param nodes in the order of their identities
 * @param operations answers to operators, the oldest first
 * @param endpoints where nodes were last reached
 * @param events the latest, oldest first; nothing rests on them
 */
record StoredCluster(
    int format,
    String cluster,
    String secret,
    Settings settings,
    long revision,
    long epoch,
    Timeline newestTimeline,
    int newestNode,
    Optional<Grant> grant,
    TimelineHistory line,
    List<Node> nodes,
    Course course,
    List<Command.Answer> operations,
    Duration longestLease,
    Map<NodeId, ServerAddress> endpoints,
    List<Event> events) {

  /** The only one yet. */
  static final int FORMAT = 1;

  /** Copies. */
  StoredCluster {
    nodes = List.copyOf(nodes);
    operations = List.copyOf(operations);
    endpoints = Map.copyOf(endpoints);
    events = List.copyOf(events);
  }

  static StoredCluster of(
      String cluster,
      String secret,
      ClusterState state,
      Map<NodeId, ServerAddress> endpoints,
      List<Event> events) {
    return new StoredCluster(
        FORMAT,
        cluster,
        secret,
        state.settings(),
        state.revision(),
        state.epoch(),
        state.newestTimeline(),
        state.newestNode(),
        state.grant(),
        state.line(),
        List.copyOf(state.nodes().values()),
        state.course(),
        List.copyOf(state.operations().values()),
        state.longestLease(),
        endpoints,
        events);
  }

  /** The state, with nobody heard yet. */
  ClusterState state(long now) {
    Map<NodeId, Node> byIdentity = new TreeMap<>();
    nodes.forEach(node -> byIdentity.put(node.id(), node));
    SequencedMap<Long, Command.Answer> byToken = new LinkedHashMap<>();
    operations.forEach(answer -> byToken.put(answer.token(), answer));
    return new ClusterState(
        settings,
        revision,
        epoch,
        newestTimeline,
        newestNode,
        grant,
        line,
        byIdentity,
        course,
        byToken,
        longestLease,
        new ClusterState.Volatile(now, Map.of(), now));
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "StoredCluster[" + cluster + ", revision " + revision + "]";
  }
}

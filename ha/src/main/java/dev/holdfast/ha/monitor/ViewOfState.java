package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.Course;
import dev.holdfast.ha.decide.Explanation;
import dev.holdfast.ha.decide.Grant;
import dev.holdfast.ha.decide.Node;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Protection;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.decide.Sighting;
import dev.holdfast.ha.wire.ClusterView;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A state at an instant, told to people. */
record ViewOfState(
    String cluster, ClusterState state, Map<NodeId, ServerAddress> endpoints, long now) {

  ClusterView view() {
    Optional<Grant> grant = state.grant();
    return new ClusterView(
        cluster,
        state.revision(),
        state.epoch(),
        course(),
        grant.map(Grant::holder),
        grant.map(Grant::intended).map(this::protection),
        grant.map(Grant::proven).orElse(true),
        state.settings(),
        state.nodes().values().stream().map(this::node).toList(),
        Explanation.of(state, now).stream()
            .map(each -> new ClusterView.Waiting(each.node(), each.reason(), each.hint()))
            .toList());
  }

  private String course() {
    return switch (state.course()) {
      case Course.Forming forming -> "forming";
      case Course.Steady steady -> ClusterView.STEADY;
      case Course.Handover handover -> "handover";
      case Course.Election election -> "election";
      case Course.Promotion promotion -> "promotion";
    };
  }

  private String protection(Protection protection) {
    return switch (protection) {
      case Protection.SyncSet set ->
          set.members().stream()
              .map(this::name)
              .collect(Collectors.joining(", ", "ANY " + set.required() + " (", ")"));
      case Protection.Unprotected alone -> alone.toString();
      case Protection.Leased lease -> lease.toString();
    };
  }

  private String name(NodeId id) {
    return Optional.ofNullable(state.nodes().get(id)).map(Node::name).orElse(id.toString());
  }

  private ClusterView.NodeView node(Node node) {
    return new ClusterView.NodeView(
        node.id(),
        node.name(),
        Optional.ofNullable(endpoints.get(node.id())),
        node.priority(),
        node.quorum(),
        node.goal(),
        sighting(node.id()).map(this::seen));
  }

  private ClusterView.Seen seen(Sighting sighting) {
    Report report = sighting.report();
    Duration ago = Duration.ofNanos(Math.max(0, now - sighting.at()));
    return new ClusterView.Seen(
        ago,
        ago.compareTo(state.settings().unhealthyAfter()) > 0,
        report.server(),
        report.promised(),
        report.upstream() > 0 ? Optional.of(new NodeId(report.upstream())) : Optional.empty(),
        report.position().history().timeline(),
        report.position().flushed(),
        lag(report.position()));
  }

  private Optional<Long> lag(Position position) {
    return state
        .grant()
        .flatMap(grant -> sighting(grant.holder()))
        .map(primary -> primary.report().position().beyond(position));
  }

  private Optional<Sighting> sighting(NodeId node) {
    return Optional.ofNullable(state.volatileState().sightings().get(node));
  }
}

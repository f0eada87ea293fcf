package dev.holdfast.ha.decide;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A state at an instant, and what the rules ask of it.
 *
 * @param state the state
 * @param now the instant
 * @param guards what safety rests on; all of them, outside of tests
 */
record Situation(ClusterState state, long now, Set<Guard> guards) {

  boolean guarded(Guard guard) {
    return guards.contains(guard);
  }

  Grant grant() {
    return state.grant().orElseThrow();
  }

  NodeId holder() {
    return grant().holder();
  }

  Collection<Node> nodes() {
    return state.nodes().values();
  }

  /** The first node, in the order of their identities, that is like this. */
  Optional<Node> first(Predicate<Node> like) {
    for (Node node : nodes()) {
      if (like.test(node)) {
        return Optional.of(node);
      }
    }
    return Optional.empty();
  }

  Optional<Sighting> sighting(NodeId node) {
    return Optional.ofNullable(state.volatileState().sightings().get(node));
  }

  /** Nanoseconds since a node was heard, or since the monitor started. */
  long silence(NodeId node) {
    return now - sighting(node).map(Sighting::at).orElse(state.volatileState().startedAt());
  }

  /** Not heard for so long that it must be in trouble. */
  boolean silent(NodeId node) {
    return silence(node) > state.settings().unhealthyAfter().toNanos();
  }

  /** The last report of a node that is not silent. */
  Optional<Report> report(NodeId node) {
    return silent(node) ? Optional.empty() : sighting(node).map(Sighting::report);
  }

  boolean reports(NodeId node, Predicate<Report> like) {
    Optional<Report> report = report(node);
    return report.isPresent() && like.test(report.get());
  }

  /** Whether what a node says of PostgreSQL and its stream has not changed for so long. */
  boolean unchangedFor(NodeId node, Duration time) {
    return sighting(node).filter(seen -> now - seen.since() > time.toNanos()).isPresent();
  }

  boolean steady() {
    return state.course() instanceof Course.Steady;
  }

  /** Whether the primary is heard, is open for writing, and has accepted this epoch's order. */
  boolean holderWrites() {
    return reports(
        holder(),
        report ->
            report.server() == Server.PRIMARY
                && report.promised() == grant().epoch()
                && report.position().history().timeline().equals(grant().timeline()));
  }

  /**
   * Whether a node is frozen in this epoch and says what it holds: it confirms nothing any more to
   * anybody, until it accepts a newer order.
   */
  boolean frozen(NodeId node) {
    return reports(
        node,
        report ->
            report.frozen()
                && (report.promised() == state.epoch() || !guarded(Guard.FROZEN_IN_THIS_EPOCH))
                && (report.complete() || !guarded(Guard.REBUILT_NODES_WAIT))
                && report.server().confirmsNothing());
  }

  /** Where a node is that has reported. */
  Position position(NodeId node) {
    return sighting(node).orElseThrow().report().position();
  }

  /** Whether this node may be chosen, once it is frozen. */
  boolean mayLead(Node node) {
    return node.priority() > 0
        && (node.goal() == NodeState.SECONDARY
            || node.goal() == NodeState.JOIN_SECONDARY
            || node.goal() == NodeState.CATCHINGUP
            || node.goal() == NodeState.REPORT_LSN
            || node.goal() == NodeState.FAST_FORWARD);
  }
}

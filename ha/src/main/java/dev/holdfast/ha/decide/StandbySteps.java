package dev.holdfast.ha.decide;

import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Rules about nodes that do not lead: joining, catching up, falling back, leaving. */
final class StandbySteps {
  private static final Set<NodeState> BEHIND =
      Set.of(NodeState.CATCHINGUP, NodeState.JOIN_SECONDARY);
  private static final Set<NodeState> LOST_ELECTION =
      Set.of(NodeState.REPORT_LSN, NodeState.FAST_FORWARD);
  private static final Set<NodeState> LED_BEFORE =
      Set.of(NodeState.DEMOTED, NodeState.DEMOTE_TIMEOUT, NodeState.DRAINING);

  private StandbySteps() {}

  static Optional<ClusterState> clone(Situation situation) {
    return whenPrimaryWrites(
        situation,
        node -> node.goal() == NodeState.WAIT_STANDBY && situation.report(node.id()).isPresent(),
        NodeState.CATCHINGUP);
  }

  static Optional<ClusterState> rejoin(Situation situation) {
    return whenPrimaryWrites(
        situation, node -> LED_BEFORE.contains(node.goal()), NodeState.CATCHINGUP);
  }

  static Optional<ClusterState> join(Situation situation) {
    return whenPrimaryWrites(
        situation, node -> LOST_ELECTION.contains(node.goal()), NodeState.JOIN_SECONDARY);
  }

  static Optional<ClusterState> catchUp(Situation situation) {
    return whenPrimaryWrites(
        situation,
        node -> BEHIND.contains(node.goal()) && closelyFollows(situation, node.id()),
        NodeState.SECONDARY);
  }

  static Optional<ClusterState> leaveForeignLine(Situation situation) {
    return whenPrimaryWrites(
        situation,
        node ->
            node.goal() == NodeState.SECONDARY
                && situation.reports(
                    node.id(), report -> !report.position().liesOn(situation.state().line())),
        NodeState.CATCHINGUP);
  }

  static Optional<ClusterState> fallBack(Situation situation) {
    return whenPrimaryWrites(
        situation,
        node ->
            (node.goal() == NodeState.SECONDARY || node.goal() == NodeState.JOIN_SECONDARY)
                && (silentAndUseless(situation, node) || cutOff(situation, node)),
        NodeState.CATCHINGUP);
  }

  static Optional<ClusterState> rest(Situation situation) {
    if (!situation.steady()) {
      return Optional.empty();
    }
    return situation
        .first(node -> node.goal() == NodeState.WAIT_MAINTENANCE && left(situation, node))
        .map(node -> situation.state().withGoal(node.id(), NodeState.MAINTENANCE));
  }

  static Optional<ClusterState> drop(Situation situation) {
    if (!situation.steady()) {
      return Optional.empty();
    }
    return situation
        .first(node -> node.goal() == NodeState.DROPPED && left(situation, node))
        .map(node -> situation.state().without(node.id()));
  }

  /** Whether nothing rests on the node's confirmations any more. */
  private static boolean left(Situation situation, Node node) {
    return !node.id().equals(situation.holder()) && !situation.grant().names(node.id());
  }

  private static boolean closelyFollows(Situation situation, NodeId node) {
    long gap = situation.state().settings().catchupGap();
    return situation.reports(
        node,
        report ->
            report.server() == Server.STANDBY
                && report.complete()
                && report.streamAlive()
                && report.upstream() == situation.holder().number()
                && report.promised() == situation.state().epoch()
                && report.position().history().timeline().equals(situation.grant().timeline())
                && situation
                        .position(situation.holder())
                        .flushed()
                        .minus(report.position().flushed())
                    <= gap);
  }

  /**
   * A standby whose keeper is silent may still confirm; when it is the last that does, going on
   * with it protects more than going on without.
   */
  private static boolean silentAndUseless(Situation situation, Node node) {
    if (!situation.silent(node.id())) {
      return false;
    }
    boolean confirms =
        situation.reports(situation.holder(), report -> report.streaming().contains(node.id()));
    boolean last =
        situation
            .first(other ->
                !other.equals(node)
                    && other.quorum()
                    && other.goal() == NodeState.SECONDARY
                    && !situation.silent(other.id()))
            .isEmpty();
    return !(confirms && last);
  }

  private static boolean cutOff(Situation situation, Node node) {
    return situation.reports(node.id(), report -> !report.streamAlive() || !report.complete())
        && !situation.reports(situation.holder(), report -> report.streaming().contains(node.id()))
        && situation.unchangedFor(node.id(), situation.state().settings().unhealthyAfter())
        && sinceSteady(situation) > situation.state().settings().unhealthyAfter().toNanos();
  }

  private static long sinceSteady(Situation situation) {
    return situation.state().course() instanceof Course.Steady steady
        ? situation.now() - steady.since()
        : 0;
  }

  private static Optional<ClusterState> whenPrimaryWrites(
      Situation situation, Predicate<Node> like, NodeState goal) {
    if (!situation.steady() || !situation.holderWrites()) {
      return Optional.empty();
    }
    return situation
        .first(node -> !node.id().equals(situation.holder()) && like.test(node))
        .map(node -> situation.state().withGoal(node.id(), goal));
  }
}

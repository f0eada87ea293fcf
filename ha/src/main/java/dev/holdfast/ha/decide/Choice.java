package dev.holdfast.ha.decide;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whom an election promotes, once the proof is complete.
 *
 * @param node the node
 * @param source whom it has to fetch WAL from first, when it lacks some
 */
record Choice(Node node, Optional<NodeId> source) {

  /** Empty while a better candidate may still report, or while nobody holds what is needed. */
  static Optional<Choice> in(Situation situation, Course.Election election, Proof proof) {
    NodeId holder = situation.holder();
    List<Node> frozen =
        situation.nodes().stream().filter(node -> situation.frozen(node.id())).toList();
    List<Node> others = frozen.stream().filter(node -> !node.id().equals(holder)).toList();
    // Without the holder's data only if the others are known to hold all that was acknowledged, or
    // the operator gives up the rest. What is planned loses nothing, not even what nobody waited
    // for.
    boolean planned = election.cause() == Course.Cause.SWITCHOVER && proof.holdersWord();
    List<Node> pool = (proof.overcome() || proof.operatorsWord()) && !planned ? others : frozen;
    Optional<Node> best =
        pool.stream().max(Comparator.comparing(node -> situation.position(node.id())));
    Optional<Choice> chosen =
        best.flatMap(most ->
            others.stream()
                .filter(node -> mayLead(situation, proof, node))
                .filter(node -> holds(situation, node, most) || mayFetch(situation, node, most))
                .min(preference(situation, election))
                .map(node ->
                    new Choice(
                        node,
                        holds(situation, node, most) ? Optional.empty() : Optional.of(most.id()))));
    if (awaited(situation, election, chosen)) {
      return Optional.empty();
    }
    if (chosen.isPresent()) {
      return chosen;
    }
    // Nobody else holds its WAL: a former primary that can be asked is the primary again.
    return frozen.stream()
        .filter(node -> node.id().equals(holder) && proof.holdersWord())
        .findFirst()
        .map(node -> new Choice(node, Optional.empty()));
  }

  /**
   * How far the old primary is known to have come; it may have reported since the election began.
   */
  static Optional<Position> floor(Situation situation, Course.Election election) {
    return Stream.concat(
            election.floor().stream(),
            situation.sighting(situation.holder()).stream().map(seen -> seen.report().position()))
        .max(Comparator.naturalOrder());
  }

  /** Bytes that the old primary is known to have had and the best of the others lacks. */
  static long loss(Situation situation, Course.Election election) {
    Stream<Position> held =
        situation.nodes().stream()
            .filter(node -> !node.id().equals(situation.holder()))
            .filter(node -> situation.frozen(node.id()))
            .map(node -> situation.position(node.id()));
    return floor(situation, election)
        .flatMap(floor -> held.max(Comparator.naturalOrder()).map(floor::beyond))
        .orElse(Long.MAX_VALUE);
  }

  /** When the operator gives up what is missing, anybody with data is better than nobody. */
  private static boolean mayLead(Situation situation, Proof proof, Node node) {
    return situation.mayLead(node)
        || (proof.operatorsWord()
            && node.priority() > 0
            && (node.goal() == NodeState.WAIT_STANDBY
                || node.goal() == NodeState.WAIT_MAINTENANCE
                || node.goal() == NodeState.DROPPED));
  }

  private static boolean holds(Situation situation, Node node, Node best) {
    return !situation.guarded(Guard.HIGHEST_LSN)
        || situation.position(node.id()).holds(situation.position(best.id()));
  }

  /** A frozen standby serves its WAL; a stopped server serves nothing. */
  private static boolean mayFetch(Situation situation, Node node, Node best) {
    return situation.reports(best.id(), report -> report.server() == Server.FROZEN)
        && situation.position(node.id()).liesOn(situation.position(best.id()).history());
  }

  private static Comparator<Node> preference(Situation situation, Course.Election election) {
    return Comparator.comparing((Node node) -> !election.target().equals(Optional.of(node.id())))
        .thenComparing(Comparator.comparingInt(Node::priority).reversed())
        .thenComparing(
            Comparator.comparing((Node node) -> situation.position(node.id())).reversed())
        .thenComparing(Node::id);
  }

  /** Whether somebody who is heard, and would be preferred, has not frozen yet. */
  private static boolean awaited(
      Situation situation, Course.Election election, Optional<Choice> chosen) {
    return situation
        .first(node ->
            !node.id().equals(situation.holder())
                && situation.mayLead(node)
                && !situation.frozen(node.id())
                && situation.reports(
                    node.id(), report -> report.complete() && report.server() != Server.ABSENT)
                && situation.now() - election.since()
                    < situation.state().settings().unhealthyAfter().toNanos()
                && (chosen.isEmpty()
                    || node.priority() > chosen.get().node().priority()
                    || election.target().equals(Optional.of(node.id()))))
        .isPresent();
  }
}

package dev.holdfast.ha.decide;

import java.util.Optional;

/** Operators' requests: accepted into the state, or refused with the reason and what would help. */
final class Requests {
  private final Situation situation;
  private final long token;

  private Requests(Situation situation, long token) {
    this.situation = situation;
    this.token = token;
  }

  /**
   * The state with the request in it and its answer noted; a token that is known changes nothing.
   */
  static ClusterState apply(Situation situation, long token, Request request) {
    if (situation.state().operations().containsKey(token)) {
      return situation.state();
    }
    Requests one = new Requests(situation, token);
    return switch (request) {
      case Request.Switchover wish -> one.switchover(wish.target(), NodeState.DEMOTED);
      case Request.Failover wish -> one.failover(wish);
      case Request.Recover wish -> one.recover(wish);
      case Request.Maintenance wish -> one.maintenance(wish.node(), wish.on());
      case Request.Fence wish -> one.fence(wish.node(), wish.on());
      case Request.Drop wish -> one.drop(wish.node());
      case Request.Change wish -> one.change(wish);
      case Request.Set wish ->
          one.accepted(situation.state().withSettings(wish.settings()), "The settings are noted.");
    };
  }

  private ClusterState switchover(Optional<NodeId> target, NodeState after) {
    if (!situation.steady()) {
      return busy();
    }
    if (!situation.holderWrites()) {
      return refused(
          "Node " + situation.holder() + ", the primary, does not answer.",
          "A failover does not need its help.");
    }
    if (target.isPresent() && target.get().equals(situation.holder())) {
      return accepted(situation.state(), "Node " + target.get() + " is the primary already.");
    }
    Optional<Node> candidate =
        situation.first(node ->
            node.goal() == NodeState.SECONDARY
                && node.priority() > 0
                && situation.report(node.id()).isPresent()
                && (target.isEmpty() || target.get().equals(node.id())));
    if (candidate.isEmpty()) {
      return refused(
          target.map(node -> "Node " + node + " is").orElse("No node is")
              + " a secondary that is heard and may be promoted.",
          "A node with a candidate-priority above 0 has to catch up first.");
    }
    long epoch = situation.state().epoch() + 1;
    return accepted(
        situation
            .state()
            .withEpoch(epoch)
            .withGoal(situation.holder(), NodeState.DRAINING)
            .withCourse(new Course.Handover(token, target, after, situation.now())),
        "Node " + situation.holder() + " stops, and hands over.");
  }

  private ClusterState failover(Request.Failover wish) {
    return switch (situation.state().course()) {
      case Course.Forming forming -> busy();
      case Course.Handover handover -> busy();
      case Course.Promotion promotion -> busy();
      case Course.Steady steady -> {
        if (situation.holderWrites()) {
          yield switchover(wish.target(), NodeState.DEMOTED);
        }
        if (wish.dataLossAllowed() || Proof.inReach(situation)) {
          yield elected(wish);
        }
        yield refused(
            "What node " + situation.holder() + " acknowledged may be on no other node.",
            "Bring it back, or allow data loss.");
      }
      case Course.Election election -> elected(wish);
    };
  }

  private ClusterState recover(Request.Recover wish) {
    if (!situation.state().nodes().containsKey(wish.node())) {
      return unknown(wish.node());
    }
    switch (situation.state().course()) {
      case Course.Forming forming -> {
        return busy();
      }
      case Course.Handover handover -> {
        return busy();
      }
      case Course.Promotion promotion -> {}
      case Course.Steady steady -> {}
      case Course.Election election -> {}
    }
    Optional<Node> withData =
        situation.first(
            node -> situation.reports(node.id(), report -> report.server() != Server.ABSENT));
    Optional<Node> silent = situation.first(node -> situation.silent(node.id()));
    if (!wish.dataLossAllowed() && withData.isPresent()) {
      return refused(
          "Node " + withData.get().id() + " has data, which would be given up.",
          "holdfast failover promotes what a node has; or allow data loss.");
    }
    if (!wish.dataLossAllowed() && silent.isPresent()) {
      return refused(
          "Node " + silent.get().id() + " does not answer, and may have data, or write.",
          "Start its keeper; or make sure that it writes no more, and allow data loss.");
    }
    // Whoever answers is asked to stop, and has to say that it did.
    boolean word =
        situation.silent(situation.holder())
            || situation.reports(situation.holder(), report -> report.server() == Server.ABSENT);
    return accepted(
        ElectionSteps.recover(situation, wish.node(), wish.recovery(), word),
        "Node " + wish.node() + " is restored: " + wish.recovery() + ".");
  }

  private ClusterState elected(Request.Failover wish) {
    if (situation.state().course() instanceof Course.Election election
        && election.recovery().isEmpty()) {
      return accepted(
          situation.state().withCourse(election.wished(wish)),
          "The election goes on. " + cost(wish));
    }
    return accepted(
        ElectionSteps.elect(
            situation,
            Course.Cause.FAILOVER,
            wish.target(),
            NodeState.DEMOTED,
            wish.dataLossAllowed()),
        "An election begins. " + cost(wish));
  }

  /** What the operator takes upon himself, as far as anybody can know it. */
  private String cost(Request.Failover wish) {
    if (!wish.dataLossAllowed()) {
      return "";
    }
    Optional<Position> known =
        situation.state().course() instanceof Course.Election election
            ? election.floor()
            : situation.sighting(situation.holder()).map(seen -> seen.report().position());
    Optional<Position> best =
        situation.nodes().stream()
            .filter(node -> !node.id().equals(situation.holder()))
            .flatMap(node -> situation.report(node.id()).stream())
            .map(Report::position)
            .max(Position::compareTo);
    return known.isPresent() && best.isPresent()
        ? "At least "
            + known.get().beyond(best.get())
            + " bytes are lost, and whatever was written after the last report."
        : "Nobody knows how many bytes are lost.";
  }

  private ClusterState maintenance(NodeId id, boolean on) {
    Node node = situation.state().nodes().get(id);
    if (node == null) {
      return unknown(id);
    }
    boolean resting =
        node.goal() == NodeState.MAINTENANCE || node.goal() == NodeState.WAIT_MAINTENANCE;
    if (on == resting) {
      return accepted(situation.state(), "Node " + id + " is so already.");
    }
    if (!on) {
      return accepted(
          situation.state().withGoal(id, NodeState.CATCHINGUP), "Node " + id + " catches up.");
    }
    if (node.goal() == NodeState.FENCED) {
      return refused("Node " + id + " is fenced.", "Unfence it first.");
    }
    if (!situation.steady()) {
      return busy();
    }
    if (situation.state().isHolder(id)) {
      return switchover(Optional.empty(), NodeState.MAINTENANCE);
    }
    return strictlyNeeded(id)
        ? neededByStrict(id)
        : accepted(
            situation.state().withGoal(id, NodeState.WAIT_MAINTENANCE),
            "Node " + id + " leaves the sync set, then rests.");
  }

  /**
   * A stopped standby confirms nothing, so unlike maintenance this needs not to wait until no
   * protection names the node; it counts as frozen meanwhile.
   */
  private ClusterState fence(NodeId id, boolean on) {
    Node node = situation.state().nodes().get(id);
    if (node == null) {
      return unknown(id);
    }
    if (on == (node.goal() == NodeState.FENCED)) {
      return accepted(situation.state(), "Node " + id + " is so already.");
    }
    if (!on) {
      return accepted(
          situation.state().withGoal(id, NodeState.CATCHINGUP),
          "Node " + id + " is started again, and catches up.");
    }
    if (handsOver(id) || node.goal() == NodeState.RECOVERING) {
      return busy();
    }
    if (situation.state().isHolder(id)) {
      return fenceHolder();
    }
    return strictlyNeeded(id)
        ? neededByStrict(id)
        : accepted(
            situation.state().withGoal(id, NodeState.FENCED),
            "Node " + id + " is stopped, and stays so.");
  }

  private ClusterState fenceHolder() {
    if (situation.holderWrites()) {
      return switchover(Optional.empty(), NodeState.FENCED);
    }
    return Proof.inReach(situation)
        ? accepted(
            ElectionSteps.elect(
                situation, Course.Cause.FAILOVER, Optional.empty(), NodeState.FENCED, false),
            "An election begins; node " + situation.holder() + " stays stopped after it.")
        : refused(
            "What node " + situation.holder() + " acknowledged may be on no other node.",
            "Bring the others back, or holdfast failover --allow-data-loss.");
  }

  /** Whether what becomes of a node is being decided just now. */
  private boolean handsOver(NodeId id) {
    return switch (situation.state().course()) {
      case Course.Steady steady -> false;
      case Course.Promotion promotion ->
          situation.state().isHolder(id) || promotion.previous().equals(id);
      case Course.Forming forming -> situation.state().isHolder(id);
      case Course.Handover handover -> situation.state().isHolder(id);
      case Course.Election election -> situation.state().isHolder(id);
    };
  }

  private ClusterState drop(NodeId id) {
    if (!situation.state().nodes().containsKey(id)) {
      return unknown(id);
    }
    if (!situation.steady()) {
      return busy();
    }
    if (situation.state().isHolder(id)) {
      return switchover(Optional.empty(), NodeState.DROPPED);
    }
    return strictlyNeeded(id)
        ? neededByStrict(id)
        : accepted(
            situation.state().withGoal(id, NodeState.DROPPED),
            "Node " + id + " leaves the sync set, then the cluster.");
  }

  private boolean strictlyNeeded(NodeId id) {
    return situation.state().settings().strict()
        && situation.grant().names(id)
        && situation.nodes().stream()
                .filter(node -> node.quorum() && node.goal() == NodeState.SECONDARY)
                .filter(node -> !node.id().equals(id))
                .count()
            < situation.state().settings().numberSyncStandbys();
  }

  private ClusterState change(Request.Change wish) {
    Node node = situation.state().nodes().get(wish.node());
    return node == null
        ? unknown(wish.node())
        : accepted(
            situation.state().withNode(node.with(wish.priority(), wish.quorum())),
            "Node " + wish.node() + " is changed.");
  }

  private ClusterState busy() {
    return refused(
        "The cluster is busy: " + situation.state().course().getClass().getSimpleName() + ".",
        "Ask again when it is done.");
  }

  private ClusterState neededByStrict(NodeId id) {
    return refused(
        "Without node " + id + " commits would block, because strict is set.",
        "Add a standby, or turn strict off.");
  }

  private ClusterState unknown(NodeId id) {
    return refused("There is no node " + id + ".", "");
  }

  private ClusterState accepted(ClusterState next, String text) {
    return next.answered(new Command.Answer(token, true, text.strip()));
  }

  private ClusterState refused(String reason, String hint) {
    return situation
        .state()
        .answered(new Command.Answer(token, false, (reason + " " + hint).strip()));
  }
}

package dev.holdfast.ha.decide;

import dev.holdfast.domain.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Rules about changing the primary: suspicion, handover, election, promotion. */
final class ElectionSteps {
  private static final Set<NodeState> STAYS_OUT =
      Set.of(
          NodeState.MAINTENANCE,
          NodeState.WAIT_MAINTENANCE,
          NodeState.FENCED,
          NodeState.WAIT_STANDBY,
          NodeState.DROPPED);

  private ElectionSteps() {}

  static Optional<ClusterState> suspect(Situation situation) {
    Settings settings = situation.state().settings();
    long patience =
        Math.min(settings.unhealthyAfter().toNanos(), settings.heartbeat().toNanos() * 5 / 4);
    boolean suspected =
        situation.steady()
            && situation.silence(situation.holder()) > patience
            && situation
                .first(node ->
                    situation.reports(
                        node.id(),
                        report ->
                            report.streamAlive()
                                && report.upstream() == situation.holder().number()))
                .isEmpty()
            && Proof.inReach(situation);
    return suspected ? Optional.of(elect(situation, Course.Cause.SILENCE)) : Optional.empty();
  }

  static Optional<ClusterState> replaceGone(Situation situation) {
    return situation.steady()
            && situation.grant().proven()
            && situation.grant().intended() instanceof Protection.SyncSet set
            && situation.reports(
                situation.holder(),
                report -> report.server() == Server.STOPPED || report.server() == Server.LEFTOVERS)
            && situation
                .first(node ->
                    set.names(node.id())
                        && node.goal() == NodeState.SECONDARY
                        && node.priority() > 0
                        && situation.reports(
                            node.id(), report -> report.server() == Server.STANDBY))
                .isPresent()
            && Proof.inReach(situation)
        ? Optional.of(elect(situation, Course.Cause.SERVER_GONE))
        : Optional.empty();
  }

  static Optional<ClusterState> replaceCrashing(Situation situation) {
    Settings settings = situation.state().settings();
    return situation.steady()
            && situation.reports(
                situation.holder(),
                report ->
                    report.server() != Server.PRIMARY && report.restarts() > settings.restarts())
            && secondaryIsHeard(situation)
        ? Optional.of(elect(situation, Course.Cause.CRASH_LOOP))
        : Optional.empty();
  }

  static Optional<ClusterState> replaceEmpty(Situation situation) {
    return situation.steady()
            && situation.reports(situation.holder(), report -> report.server() == Server.ABSENT)
            && Proof.inReach(situation)
        ? Optional.of(elect(situation, Course.Cause.DATA_LOST))
        : Optional.empty();
  }

  static Optional<ClusterState> replaceHung(Situation situation) {
    Settings settings = situation.state().settings();
    return situation.steady()
            && situation.reports(situation.holder(), report -> report.server() == Server.HUNG)
            && situation.unchangedFor(situation.holder(), settings.unhealthyAfter())
            && secondaryIsHeard(situation)
        ? Optional.of(elect(situation, Course.Cause.HUNG))
        : Optional.empty();
  }

  static Optional<ClusterState> drained(Situation situation) {
    if (!(situation.state().course() instanceof Course.Handover handover)
        || !situation.frozen(situation.holder())
        || !situation.reports(situation.holder(), report -> report.server() == Server.STOPPED)) {
      return Optional.empty();
    }
    return Optional.of(
        frozen(
                situation.state().withGoal(situation.holder(), NodeState.DEMOTED),
                situation.holder())
            .withCourse(
                new Course.Election(
                    Course.Cause.SWITCHOVER,
                    handover.target(),
                    handover.after(),
                    false,
                    Optional.of(situation.position(situation.holder())),
                    Optional.empty(),
                    Optional.empty(),
                    situation.now())));
  }

  static Optional<ClusterState> replaceSilentWhileDraining(Situation situation) {
    return situation.state().course() instanceof Course.Handover handover
            && situation.silent(situation.holder())
            && Proof.inReach(situation)
        ? Optional.of(
            elect(situation, Course.Cause.FAILOVER, handover.target(), handover.after(), false))
        : Optional.empty();
  }

  static Optional<ClusterState> giveUpDraining(Situation situation) {
    return situation.state().course() instanceof Course.Handover handover
            && elapsed(situation, handover.since(), situation.state().settings().drainLimit())
        ? Optional.of(resumed(situation))
        : Optional.empty();
  }

  static Optional<ClusterState> abandon(Situation situation) {
    return situation.state().course() instanceof Course.Election election
            && election.cause() == Course.Cause.SILENCE
            && situation
                .sighting(situation.holder())
                .filter(seen -> seen.at() > election.since())
                .isPresent()
            && situation.reports(
                situation.holder(),
                report ->
                    report.server() == Server.PRIMARY
                        && report.promised() == situation.grant().epoch())
        ? Optional.of(resumed(situation))
        : Optional.empty();
  }

  static Optional<ClusterState> noteFloor(Situation situation) {
    return situation.state().course() instanceof Course.Election election
        ? Choice.floor(situation, election)
            .filter(floor -> !election.floor().equals(Optional.of(floor)))
            .map(floor -> situation.state().withCourse(election.knowing(floor)))
        : Optional.empty();
  }

  static Optional<ClusterState> loseSource(Situation situation) {
    if (!(situation.state().course() instanceof Course.Election election)) {
      return Optional.empty();
    }
    return election
        .source()
        .filter(source -> !situation.reports(source, report -> report.server() == Server.FROZEN))
        .map(source ->
            frozen(situation.state(), situation.holder())
                .withCourse(election.fetchingFrom(Optional.empty())));
  }

  static Optional<ClusterState> choose(Situation situation) {
    if (!(situation.state().course() instanceof Course.Election election)) {
      return Optional.empty();
    }
    Proof proof = Proof.in(situation, election);
    if (!proof.complete() || election.recovery().isPresent()) {
      return Optional.empty();
    }
    Optional<Choice> choice = Choice.in(situation, election, proof);
    if (choice.isEmpty()) {
      return Optional.empty();
    }
    Node node = choice.get().node();
    Optional<NodeId> source = choice.get().source();
    if (source.isEmpty()) {
      return Optional.of(promote(situation, election, proof, node));
    }
    return source.equals(election.source()) && node.goal() == NodeState.FAST_FORWARD
        ? Optional.empty()
        : Optional.of(
            frozen(situation.state(), situation.holder())
                .withGoal(node.id(), NodeState.FAST_FORWARD)
                .withCourse(election.fetchingFrom(source)));
  }

  static Optional<ClusterState> promoted(Situation situation) {
    if (!(situation.state().course() instanceof Course.Promotion promotion)
        || !situation.holderWrites()) {
      return Optional.empty();
    }
    ClusterState state =
        situation
            .state()
            .withCourse(new Course.Steady(situation.now()))
            .withLine(situation.position(situation.holder()).history());
    return Optional.of(
        promotion.previous().equals(situation.holder())
            ? state
            : state.withGoal(promotion.previous(), promotion.after()));
  }

  static Optional<ClusterState> electAgain(Situation situation) {
    return situation.state().course() instanceof Course.Promotion promotion
            && (situation.silent(situation.holder())
                || elapsed(situation, promotion.since(), situation.state().settings().drainLimit()))
        ? Optional.of(elect(situation, Course.Cause.PROMOTION_FAILED))
        : Optional.empty();
  }

  /** Begins an election in a new epoch: everybody is to freeze, the primary is to stop. */
  static ClusterState elect(
      Situation situation,
      Course.Cause cause,
      Optional<NodeId> target,
      NodeState after,
      boolean dataLossAllowed) {
    return elect(situation, cause, target, after, dataLossAllowed, Optional.empty());
  }

  private static ClusterState elect(
      Situation situation,
      Course.Cause cause,
      Optional<NodeId> target,
      NodeState after,
      boolean dataLossAllowed,
      Optional<Recovery> recovery) {
    ClusterState state = situation.state();
    NodeId holder = situation.holder();
    return frozen(
            state.withEpoch(state.epoch() + 1).withGoal(holder, NodeState.DEMOTE_TIMEOUT), holder)
        .withCourse(
            new Course.Election(
                cause,
                target,
                after,
                dataLossAllowed,
                situation.sighting(holder).map(seen -> seen.report().position()),
                Optional.empty(),
                recovery,
                situation.now()));
  }

  /**
   * As {@link #elect}, but a node is to lead with what the repository has, once that is in place.
   *
   * @param holdersDeath whether the operator has said that the old primary writes no more
   */
  static ClusterState recover(
      Situation situation, NodeId node, Recovery recovery, boolean holdersDeath) {
    return elect(
            situation,
            Course.Cause.RECOVERY,
            Optional.of(node),
            NodeState.DEMOTED,
            holdersDeath,
            Optional.of(recovery))
        .withGoal(node, NodeState.RECOVERING);
  }

  /**
   * Nothing that anybody holds counts any more, so nobody is asked for it; but the old primary has
   * to be overcome as ever, or two would write.
   */
  static Optional<ClusterState> recovered(Situation situation) {
    if (!(situation.state().course() instanceof Course.Election election)
        || election.recovery().isEmpty()) {
      return Optional.empty();
    }
    NodeId node = election.target().orElseThrow();
    boolean restored =
        situation.reports(
            node,
            report ->
                report.server() == Server.STOPPED
                    && report.promised() == situation.state().epoch()
                    && report.restored() == situation.state().epoch());
    return restored && Proof.in(situation, election).complete()
        ? Optional.of(promoteRestored(situation, election, node))
        : Optional.empty();
  }

  /** On a timeline that nobody else has: the one that its recovery began, when that is so. */
  private static ClusterState promoteRestored(
      Situation situation, Course.Election election, NodeId node) {
    ClusterState state = situation.state();
    Grant old = situation.grant();
    Timeline reached = situation.position(node).history().timeline();
    Timeline newest = state.newestTimeline();
    Grant grant =
        new Grant(
            state.epoch(),
            node,
            reached.compareTo(newest) > 0 ? reached : new Timeline(newest.number() + 1),
            old.version() + 1,
            List.of(Protection.UNPROTECTED));
    ClusterState next =
        state
            .withGrant(grant)
            .withCourse(new Course.Promotion(old.holder(), election.after(), situation.now()))
            .withGoal(node, NodeState.PREPARE_PROMOTION);
    return node.equals(old.holder()) ? next : next.withGoal(old.holder(), NodeState.DEMOTED);
  }

  private static ClusterState elect(Situation situation, Course.Cause cause) {
    return elect(situation, cause, Optional.empty(), NodeState.DEMOTED, false);
  }

  private static ClusterState frozen(ClusterState state, NodeId holder) {
    ClusterState next = state;
    for (Node node : state.nodes().values()) {
      if (!node.id().equals(holder) && !STAYS_OUT.contains(node.goal())) {
        next = next.withGoal(node.id(), NodeState.REPORT_LSN);
      }
    }
    return next;
  }

  /** Back to the primary that was, in an epoch of its own. */
  private static ClusterState resumed(Situation situation) {
    long epoch = situation.state().epoch() + 1;
    ClusterState next =
        situation
            .state()
            .withEpoch(epoch)
            .withGrant(situation.grant().in(epoch))
            .withGoal(situation.holder(), NodeState.APPLY_SETTINGS)
            .withCourse(new Course.Steady(situation.now()));
    for (Node node : situation.nodes()) {
      if (node.goal() == NodeState.REPORT_LSN || node.goal() == NodeState.FAST_FORWARD) {
        next = next.withGoal(node.id(), NodeState.JOIN_SECONDARY);
      }
    }
    return next;
  }

  /**
   * What is known to be lost, in words, when somebody else than the old primary is promoted now.
   */
  static Optional<String> cost(Situation before, ClusterState after) {
    if (!(before.state().course() instanceof Course.Election election)
        || !(after.course() instanceof Course.Promotion)
        || after.isHolder(before.holder())) {
      return Optional.empty();
    }
    NodeId chosen = after.grant().orElseThrow().holder();
    long loss =
        Choice.floor(before, election)
            .map(floor -> floor.beyond(before.position(chosen)))
            .orElse(0L);
    return loss > 0
        ? Optional.of(
            "at least "
                + loss
                + " bytes of WAL are lost: node "
                + before.holder()
                + " had reported them, and node "
                + chosen
                + " has not received them")
        : Optional.empty();
  }

  private static ClusterState promote(
      Situation situation, Course.Election election, Proof proof, Node chosen) {
    ClusterState state = situation.state();
    Grant old = situation.grant();
    boolean again = chosen.id().equals(old.holder());
    Timeline reached = situation.position(chosen.id()).history().timeline();
    Timeline timeline =
        again && reached.equals(old.timeline())
            ? reached
            : new Timeline(state.newestTimeline().number() + 1);
    List<Protection> possible = new ArrayList<>(old.possible());
    if (!proof.overcome() && !proof.holdersWord()) {
      // By the operator's word alone: what the chosen one holds is on nobody else for certain.
      possible.clear();
      possible.add(Protection.UNPROTECTED);
    }
    Protection first = first(situation, chosen);
    possible.remove(first);
    possible.add(first);
    ClusterState next =
        state
            .withGrant(new Grant(state.epoch(), chosen.id(), timeline, old.version() + 1, possible))
            .withCourse(new Course.Promotion(old.holder(), election.after(), situation.now()))
            .withGoal(chosen.id(), NodeState.PREPARE_PROMOTION);
    return again ? next : next.withGoal(old.holder(), NodeState.DEMOTED);
  }

  /** The protection of a new primary: those who are frozen with it will join it at once. */
  private static Protection first(Situation situation, Node chosen) {
    Settings settings = situation.state().settings();
    List<NodeId> here = new ArrayList<>();
    List<NodeId> known = new ArrayList<>();
    for (Node node : situation.nodes()) {
      if (node.id().equals(chosen.id()) || !node.quorum()) {
        continue;
      }
      if (!STAYS_OUT.contains(node.goal())) {
        known.add(node.id());
        if (situation.frozen(node.id()) && node.goal() == NodeState.REPORT_LSN) {
          here.add(node.id());
        }
      }
    }
    if (!settings.synchronous()) {
      return here.isEmpty() ? Protection.UNPROTECTED : Protection.LEASED;
    }
    List<NodeId> members =
        settings.strict() && here.size() < settings.numberSyncStandbys() ? known : here;
    return members.isEmpty()
        ? Protection.UNPROTECTED
        : Protection.confirmedBy(members, settings.numberSyncStandbys());
  }

  private static boolean secondaryIsHeard(Situation situation) {
    return situation
        .first(node ->
            node.goal() == NodeState.SECONDARY
                && node.priority() > 0
                && situation.report(node.id()).isPresent())
        .isPresent();
  }

  private static boolean elapsed(Situation situation, long since, Duration limit) {
    return situation.now() - since > limit.toNanos();
  }
}

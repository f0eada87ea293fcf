package dev.holdfast.ha.decide;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rules about the primary that stays one: its history, its protection, and its state's name. */
final class PrimarySteps {
  private PrimarySteps() {}

  static Optional<ClusterState> noteLine(Situation situation) {
    if (!situation.steady() || !situation.holderWrites()) {
      return Optional.empty();
    }
    var line = situation.position(situation.holder()).history();
    return line.equals(situation.state().line())
        ? Optional.empty()
        : Optional.of(situation.state().withLine(line));
  }

  static Optional<ClusterState> intend(Situation situation) {
    if (!situation.steady() || !situation.holderWrites()) {
      return Optional.empty();
    }
    Grant grant = situation.grant();
    Protection wanted = wanted(situation);
    if (wanted.equals(grant.intended())) {
      return Optional.empty();
    }
    Grant next = grant.intending(wanted);
    return Optional.of(
        situation
            .state()
            .withGrant(situation.guarded(Guard.INTENTION_FIRST) ? next : next.asProven()));
  }

  static Optional<ClusterState> prove(Situation situation) {
    Grant grant = situation.grant();
    if (!situation.steady()
        || grant.proven()
        || !situation.holderWrites()
        || !situation.reports(grant.holder(), report -> report.applied() == grant.version())) {
      return Optional.empty();
    }
    boolean held =
        !(grant.intended() instanceof Protection.SyncSet set)
            || !situation.guarded(Guard.PROVEN_BY_LSN)
            || set.members().stream().filter(member -> holdsAll(situation, member)).count()
                >= set.required();
    return held ? Optional.of(situation.state().withGrant(grant.asProven())) : Optional.empty();
  }

  static Optional<ClusterState> name(Situation situation) {
    if (!situation.steady()) {
      return Optional.empty();
    }
    Grant grant = situation.grant();
    NodeState name;
    if (!grant.proven()) {
      name = NodeState.APPLY_SETTINGS;
    } else if (situation.nodes().size() == 1) {
      name = NodeState.SINGLE;
    } else if (grant.intended() instanceof Protection.Unprotected) {
      name = NodeState.WAIT_PRIMARY;
    } else {
      name = NodeState.PRIMARY;
    }
    ClusterState next = situation.state().withGoal(grant.holder(), name);
    return next == situation.state() ? Optional.empty() : Optional.of(next);
  }

  /** The protection that the settings ask for, given who is there. */
  static Protection wanted(Situation situation) {
    Settings settings = situation.state().settings();
    Protection intended = situation.grant().intended();
    List<NodeId> members = new ArrayList<>();
    boolean candidates = false;
    for (Node node : situation.nodes()) {
      if (node.id().equals(situation.holder())) {
        continue;
      }
      boolean counts =
          node.goal() == NodeState.SECONDARY
              || (node.goal() == NodeState.JOIN_SECONDARY && intended.names(node.id()));
      candidates |= counts;
      if (counts && node.quorum()) {
        members.add(node.id());
      }
    }
    if (!settings.synchronous()) {
      return candidates ? Protection.LEASED : Protection.UNPROTECTED;
    }
    int required = settings.numberSyncStandbys();
    boolean tooFew = members.size() < required;
    if (settings.strict() && tooFew && intended instanceof Protection.SyncSet set) {
      // Blocks: a member that is gone stays a member until somebody can take its place.
      return set;
    }
    return members.isEmpty() ? Protection.UNPROTECTED : Protection.confirmedBy(members, required);
  }

  private static boolean holdsAll(Situation situation, NodeId member) {
    var since = situation.sighting(situation.holder()).orElseThrow().report().appliedAt();
    return situation
        .sighting(member)
        .map(Sighting::report)
        .filter(report -> report.complete() || !situation.guarded(Guard.REBUILT_NODES_WAIT))
        .filter(
            report -> report.position().history().timeline().equals(situation.grant().timeline()))
        .filter(report -> report.position().flushed().compareTo(since) >= 0)
        .isPresent();
  }
}

package dev.holdfast.ha.decide;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What has to be known before somebody else may write. See the package for why it is enough.
 *
 * @param obstacles what is missing, in words; none when the old primary is overcome without its
 *     word
 * @param holdersWord whether the old primary's keeper has stopped it for this epoch
 * @param operatorsWord whether the operator takes the loss upon himself, and nothing else forbids
 *     it
 */
record Proof(List<String> obstacles, boolean holdersWord, boolean operatorsWord) {

  /** How far the evidence of an election has come. */
  static Proof in(Situation situation, Course.Election election) {
    List<String> obstacles = new ArrayList<>();
    Grant grant = situation.grant();
    List<Protection> possible =
        situation.guarded(Guard.EVERY_POSSIBLE_PROTECTION)
            ? grant.possible()
            : List.of(grant.intended());
    Predicate<NodeId> frozen = node -> !node.equals(grant.holder()) && situation.frozen(node);
    for (Protection each : possible) {
      switch (each) {
        case Protection.SyncSet set ->
            missingMembers(situation, set, frozen).ifPresent(obstacles::add);
        case Protection.Unprotected alone -> {
          if (situation.guarded(Guard.UNPROTECTED_BARS_OTHERS)) {
            obstacles.add("node " + grant.holder() + " may have acknowledged alone");
          }
        }
        case Protection.Leased lease -> leaseRuns(situation, election).ifPresent(obstacles::add);
      }
    }
    boolean stopped = holderHasStopped(situation);
    boolean leaseOver = situation.now() >= situation.state().volatileState().leaseEnds();
    return new Proof(
        List.copyOf(obstacles),
        stopped && (election.recovery().isPresent() || holderIsWhole(situation)),
        election.dataLossAllowed() && leaseOver && (stopped || cannotWrite(situation)));
  }

  /** Whether anybody may be promoted at all. */
  boolean complete() {
    return overcome() || holdersWord || operatorsWord;
  }

  /** Whether the old primary needs not to be asked. */
  boolean overcome() {
    return obstacles.isEmpty();
  }

  private static boolean cannotWrite(Situation situation) {
    return situation.silent(situation.holder())
        || situation.reports(situation.holder(), report -> report.server() == Server.ABSENT);
  }

  /** One that is being restored or copied has lost what it acknowledged, and cannot say its LSN. */
  private static boolean holderIsWhole(Situation situation) {
    return situation.reports(situation.holder(), Report::complete)
        || !situation.guarded(Guard.REBUILT_NODES_WAIT);
  }

  private static boolean holderHasStopped(Situation situation) {
    return situation.reports(
        situation.holder(),
        report ->
            report.server() == Server.STOPPED
                && ((report.frozen() && report.promised() == situation.state().epoch())
                    || !situation.guarded(Guard.PROMISED_BY_THE_HOLDER)));
  }

  private static Optional<String> missingMembers(
      Situation situation, Protection.SyncSet set, Predicate<NodeId> frozen) {
    long count = set.members().stream().filter(frozen).count();
    int needed = situation.guarded(Guard.COUNT) ? set.needed() : 1;
    return count >= needed
        ? Optional.empty()
        : Optional.of(count + " of the " + needed + " needed members of " + set + " are frozen");
  }

  private static Optional<String> leaseRuns(Situation situation, Course.Election election) {
    long left = situation.state().volatileState().leaseEnds() - situation.now();
    if (left > 0 && situation.guarded(Guard.LEASE_WAITED_FOR)) {
      return Optional.of("the lease of node " + situation.holder() + " is not over");
    }
    if (!situation.guarded(Guard.LOSS_BUDGET)) {
      return Optional.empty();
    }
    if (Choice.floor(situation, election).isEmpty()) {
      return Optional.of("nobody knows how far node " + situation.holder() + " had come");
    }
    long loss = Choice.loss(situation, election);
    long budget = situation.state().settings().lossBudget();
    return loss <= budget
        ? Optional.empty()
        : Optional.of("at least " + loss + " bytes would be lost, and the budget is " + budget);
  }

  /** Whether an election that begins now could end by the count, given who is heard. */
  static boolean inReach(Situation situation) {
    Grant grant = situation.grant();
    boolean candidate =
        situation
            .first(node ->
                !node.id().equals(grant.holder())
                    && situation.mayLead(node)
                    && heard(situation, node.id()))
            .isPresent();
    return candidate
        && grant.possible().stream()
            .allMatch(each ->
                switch (each) {
                  case Protection.SyncSet set ->
                      set.members().stream()
                              .filter(member ->
                                  !member.equals(grant.holder()) && heard(situation, member))
                              .count()
                          >= (situation.guarded(Guard.COUNT) ? set.needed() : 1);
                  case Protection.Unprotected alone ->
                      !situation.guarded(Guard.UNPROTECTED_BARS_OTHERS);
                  case Protection.Leased lease -> true;
                });
  }

  private static boolean heard(Situation situation, NodeId node) {
    return situation.reports(
        node,
        report ->
            report.server() != Server.ABSENT
                && (report.complete() || !situation.guarded(Guard.REBUILT_NODES_WAIT)));
  }
}

package dev.holdfast.ha.decide;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Why the cluster, or a node, is not where it should be, and what would help. */
public final class Explanation {

  /**
   * Something that waits.
   *
   * @param node the node that waits; the primary, where the whole cluster does
   * @param reason what for
   * @param hint a command that would help, or what happens by itself
   */
  public record Waiting(NodeId node, String reason, String hint) {}

  private static final String BY_ITSELF = "Nothing is to be done.";

  private final Situation situation;
  private final List<Waiting> waiting = new ArrayList<>();

  private Explanation(Situation situation) {
    this.situation = situation;
  }

  /** All that waits, the primary's matters first; empty for a healthy cluster. */
  public static List<Waiting> of(ClusterState state, long now) {
    if (state.grant().isEmpty()) {
      return List.of();
    }
    Explanation one = new Explanation(new Situation(state, now, Guard.all()));
    one.cluster();
    one.situation.nodes().forEach(one::node);
    return List.copyOf(one.waiting);
  }

  /** Whether nothing but an operator's word, or a lost node's return, gets the cluster on. */
  static boolean needsOperator(ClusterState state, long now) {
    return of(state, now).stream().anyMatch(each -> each.hint().contains("--allow-data-loss"));
  }

  private void cluster() {
    NodeId holder = situation.holder();
    switch (situation.state().course()) {
      case Course.Forming forming -> {}
      case Course.Steady steady -> steady(holder);
      case Course.Handover handover -> add(holder, "it stops for a switchover", BY_ITSELF);
      case Course.Election election -> election(election);
      case Course.Promotion promotion -> add(holder, "it is being promoted", BY_ITSELF);
    }
  }

  private void steady(NodeId holder) {
    Optional<Report> report = situation.report(holder);
    if (situation.silent(holder)) {
      boolean alone = situation.grant().possible().contains(Protection.UNPROTECTED);
      add(
          holder,
          alone
              ? "it is silent, and may have acknowledged alone, so nobody may take its place"
              : "it is silent, and too few members of its sync set are heard to take its place",
          "Bring it back, or the standbys; or holdfast failover --allow-data-loss.");
    } else if (report.isPresent() && report.get().server() != Server.PRIMARY) {
      add(
          holder,
          "PostgreSQL is " + report.get().server().name().toLowerCase(Locale.ROOT),
          "Its keeper starts it; see PostgreSQL's log, or holdfast failover --allow-data-loss.");
    } else if (situation.grant().intended() instanceof Protection.SyncSet set && blocks(set)) {
      add(
          holder,
          "commits wait for " + set + ", of which too few are heard, because strict is set",
          "Bring the members back, add a standby, or holdfast settings --no-strict.");
    } else if (!situation.grant().proven()) {
      add(
          holder,
          "its protection changes to " + situation.grant().intended() + ", which is not proven yet",
          BY_ITSELF);
    } else if (situation.state().settings().synchronous()
        && situation.nodes().size() > 1
        && situation.grant().intended() instanceof Protection.Unprotected) {
      add(holder, "it writes unprotected: no standby confirms", "Bring a standby back.");
    }
  }

  private boolean blocks(Protection.SyncSet set) {
    return situation.state().settings().strict()
        && set.members().stream().filter(member -> !situation.silent(member)).count()
            < set.required();
  }

  private void election(Course.Election election) {
    Proof proof = Proof.in(situation, election);
    String hint = "Bring the missing nodes back, or holdfast failover --allow-data-loss.";
    if (election.recovery().isPresent()) {
      recovery(election, proof);
    } else if (!proof.complete()) {
      add(situation.holder(), election.cause() + "; " + String.join("; ", proof.obstacles()), hint);
    } else if (Choice.in(situation, election, proof).isEmpty()) {
      add(
          situation.holder(),
          election.cause() + "; no node that may be promoted can get what others hold",
          proof.operatorsWord()
              ? "Bring a node with data back, or holdfast recover takes the repository's."
              : hint);
    } else {
      add(situation.holder(), election.cause().toString(), BY_ITSELF);
    }
  }

  private void recovery(Course.Election election, Proof proof) {
    NodeId node = election.target().orElseThrow();
    long epoch = situation.state().epoch();
    if (situation.silent(node)) {
      add(
          node,
          "it is silent, and was to be restored",
          "Start holdfast keeper there, or holdfast recover another node;"
              + " or holdfast failover --allow-data-loss.");
    } else if (!situation.reports(node, report -> report.restored() == epoch)) {
      add(
          node,
          "it is restored: " + election.recovery().orElseThrow(),
          "Its keeper says how far it is; another holdfast recover begins anew.");
    } else if (!proof.complete()) {
      add(
          situation.holder(),
          election.cause() + "; " + String.join("; ", proof.obstacles()),
          "Stop it, or when it writes no more holdfast recover --allow-data-loss.");
    } else {
      add(node, election.cause().toString(), BY_ITSELF);
    }
  }

  private void node(Node node) {
    if (node.id().equals(situation.holder())) {
      return;
    }
    if (situation.silent(node.id())) {
      add(node.id(), "its keeper is silent", "Start holdfast keeper there, or holdfast node drop.");
      return;
    }
    switch (node.goal()) {
      case SECONDARY -> {}
      case MAINTENANCE ->
          add(node.id(), "it is in maintenance", "holdfast maintenance off ends it.");
      case FENCED -> add(node.id(), "it is fenced", "holdfast unfence starts it again.");
      case RECOVERING -> {}
      case WAIT_STANDBY, CATCHINGUP, JOIN_SECONDARY, WAIT_MAINTENANCE, DROPPED ->
          add(node.id(), "it " + node.goal().meaning(), BY_ITSELF);
      case REPORT_LSN, FAST_FORWARD, DEMOTED, DEMOTE_TIMEOUT, DRAINING ->
          add(node.id(), "it " + node.goal().meaning(), "See what the primary waits for.");
      case SINGLE, WAIT_PRIMARY, PRIMARY, APPLY_SETTINGS, PREPARE_PROMOTION -> {}
    }
  }

  private void add(NodeId node, String reason, String hint) {
    waiting.add(new Waiting(node, reason, hint));
  }
}

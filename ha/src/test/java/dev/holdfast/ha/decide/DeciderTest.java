package dev.holdfast.ha.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules by example, each from the point of view of someone who reads the monitor's events. */
class DeciderTest {
  private static final long SECOND = 1_000_000_000L;
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);
  private static final NodeId C = new NodeId(3);
  private static final TimelineHistory ONE = new TimelineHistory(new Timeline(1), List.of());

  private final Decider decider = new Decider();
  private final List<String> events = new ArrayList<>();
  private List<Command> commands = List.of();
  private ClusterState state = ClusterState.forming(Settings.DEFAULT, 0);
  private long now;
  private long sequence;

  @Test
  void theFirstToRegisterIsThePrimaryAlsoWhenItAsksTwice() {
    observe(new Observation.Joining(11, "a", new Timeline(1)));
    observe(new Observation.Joining(12, "b", new Timeline(1)));
    observe(new Observation.Joining(11, "a", new Timeline(1)));

    assertThat(state.nodes()).hasSize(2);
    assertThat(state.grant().orElseThrow().holder()).isEqualTo(A);
    assertThat(commands).containsExactly(new Command.Enrolled(11, A));
    assertThat(goal(B)).isEqualTo(NodeState.WAIT_STANDBY);
  }

  @Test
  void theFirstLeadsOnTheTimelineOfItsDataAndTheNextIsAboveIt() {
    observe(new Observation.Joining(11, "a", new Timeline(5)));
    observe(new Observation.Joining(12, "b", new Timeline(1)));

    assertThat(state.grant().orElseThrow().timeline()).isEqualTo(new Timeline(5));
    assertThat(state.newestTimeline()).isEqualTo(new Timeline(5));
  }

  @Test
  void aSyncSetIsIntendedFirstAndProvenByAnLsnAfter() {
    register(2);
    writes(A, 1, 100);
    follows(B, 100);

    assertThat(state.grant().orElseThrow().possible())
        .containsExactly(Protection.UNPROTECTED, Protection.confirmedBy(List.of(B), 1));
    assertThat(goal(A)).isEqualTo(NodeState.APPLY_SETTINGS);

    applies(A, 200);
    assertThat(state.grant().orElseThrow().proven()).as("node 2 is at 100, not at 200").isFalse();
    follows(B, 200);
    assertThat(state.grant().orElseThrow().possible())
        .containsExactly(Protection.confirmedBy(List.of(B), 1));
    assertThat(goal(A)).isEqualTo(NodeState.PRIMARY);
  }

  @Test
  void theStandbyOfAPairIsPromotedWhenItIsFrozenAndRunsUnprotected() {
    healthy(2);
    pass(2 * SECOND + 1);
    follows(B, 300, false);

    assertThat(events).contains("the primary is silent");
    assertThat(ordered(B)).isInstanceOf(Order.Freeze.class);
    frozen(B, 300);
    assertThat(ordered(B)).isEqualTo(new Order.Lead(2, new Timeline(2), 3, Protection.UNPROTECTED));
    assertThat(state.grant().orElseThrow().possible())
        .as("both what was in force and what will be")
        .containsExactly(Protection.confirmedBy(List.of(B), 1), Protection.UNPROTECTED);
  }

  @Test
  void ofTwoMembersOneIsNotEnough() {
    healthy(3);
    pass(2 * SECOND + 1);
    follows(B, 300, false);
    pass(2 * SECOND);
    follows(B, 300, false);

    assertThat(state.course()).isInstanceOf(Course.Steady.class);
    assertThat(reasons()).anyMatch(reason -> reason.contains("too few members"));
    assertThat(hints()).anyMatch(hint -> hint.contains("--allow-data-loss"));
  }

  @Test
  void nobodyIsSuspectedWhoseWalStillArrives() {
    healthy(2);
    pass(5 * SECOND);
    follows(B, 300, true);

    assertThat(state.course()).isInstanceOf(Course.Steady.class);
  }

  @Test
  void nobodyIsPromotedBesideAnUnprotectedPrimary() {
    healthy(2);
    pass(4 * SECOND);
    writes(A, 1, 400);
    applies(A, 500);
    assertThat(state.grant().orElseThrow().possible()).containsExactly(Protection.UNPROTECTED);

    pass(10 * SECOND);
    follows(B, 300, false);
    assertThat(state.course()).isInstanceOf(Course.Steady.class);
    assertThat(reasons()).anyMatch(reason -> reason.contains("acknowledged alone"));
  }

  @Test
  void strictBlocksRatherThanRunUnprotected() {
    healthy(2);
    observe(new Observation.Asked(77, new Request.Set(Settings.DEFAULT.withStrict(true))));
    pass(4 * SECOND);
    writes(A, 1, 400);

    assertThat(state.grant().orElseThrow().possible())
        .containsExactly(Protection.confirmedBy(List.of(B), 1));
    assertThat(reasons()).anyMatch(reason -> reason.contains("strict"));
  }

  @Test
  void aHigherPriorityFetchesWhatItLacksFirst() {
    healthy(3);
    observe(new Observation.Asked(77, new Request.Change(C, 90, true)));
    pass(2 * SECOND + 1);
    follows(B, 300, false);
    follows(C, 250, false);
    frozen(B, 300);
    frozen(C, 250);

    assertThat(goal(C)).isEqualTo(NodeState.FAST_FORWARD);
    assertThat(ordered(C)).isEqualTo(new Order.Fetch(2, B));
    frozen(C, 300);
    assertThat(goal(C)).isEqualTo(NodeState.PREPARE_PROMOTION);
  }

  @Test
  void aSwitchoverWaitsForTheOldPrimarysWordAndLastLsn() {
    healthy(2);
    observe(new Observation.Asked(77, new Request.Switchover(Optional.of(B))));
    assertThat(goal(A)).isEqualTo(NodeState.DRAINING);
    assertThat(state.course()).isInstanceOf(Course.Handover.class);

    report(A, state.epoch(), true, Server.STOPPED, 310, 0, false, 2, 200);
    frozen(B, 310);
    assertThat(goal(B)).isEqualTo(NodeState.PREPARE_PROMOTION);
    assertThat(goal(A)).isEqualTo(NodeState.DEMOTED);
  }

  @Test
  void theSameRequestTwiceIsDoneOnce() {
    healthy(2);
    observe(new Observation.Asked(77, new Request.Switchover(Optional.empty())));
    ClusterState once = state;
    observe(new Observation.Asked(77, new Request.Switchover(Optional.empty())));

    assertThat(state.persistsLike(once)).isTrue();
    assertThat(commands).hasSize(1).first().isInstanceOf(Command.Answer.class);
  }

  @Test
  void whenNobodyHoldsItsLastLsnASwitchoverEndsWhereItBegan() {
    healthy(2);
    observe(new Observation.Asked(77, new Request.Switchover(Optional.of(B))));
    report(A, state.epoch(), true, Server.STOPPED, 999, 0, false, 2, 200);
    frozen(B, 310);

    assertThat(state.grant().orElseThrow().holder()).isEqualTo(A);
    assertThat(ordered(A)).isInstanceOf(Order.Lead.class);
  }

  @Test
  void aLossIsAllowedByTheOperatorWhoIsToldTheBytes() {
    healthy(3);
    writes(A, 2, 1000);
    pass(4 * SECOND);
    follows(B, 300, false);
    observe(new Observation.Asked(77, new Request.Failover(Optional.empty(), false)));
    assertThat(commands.getFirst()).isInstanceOf(Command.Answer.class);
    assertThat(((Command.Answer) commands.getFirst()).accepted()).isFalse();

    observe(new Observation.Asked(78, new Request.Failover(Optional.empty(), true)));
    assertThat(((Command.Answer) commands.getFirst()).text()).contains("At least 700 bytes");
    frozen(B, 300);
    assertThat(goal(B)).isEqualTo(NodeState.PREPARE_PROMOTION);
    assertThat(state.grant().orElseThrow().possible())
        .as("what node 2 holds is on nobody else for certain")
        .contains(Protection.UNPROTECTED);
  }

  @Test
  void dataIsGivenUpForTheRepositorysOnTheOperatorsWordOnly() {
    healthy(2);
    observe(new Observation.Asked(7, new Request.Recover(A, Recovery.TO_THE_END, false)));
    assertThat(state.operations().get(7L).accepted()).isFalse();
    assertThat(state.operations().get(7L).text()).contains("has data");

    observe(new Observation.Asked(8, new Request.Recover(A, Recovery.TO_THE_END, true)));
    assertThat(ordered(A)).isEqualTo(new Order.Restore(2, Recovery.TO_THE_END, new Timeline(1)));
    assertThat(ordered(B)).isEqualTo(new Order.Freeze(2));
    assertThat(goal(A)).isEqualTo(NodeState.RECOVERING);
  }

  @Test
  void aNodeThatDoesNotAnswerMayHaveDataToo() {
    healthy(2);
    observe(new Observation.Asked(7, new Request.Recover(A, Recovery.TO_THE_END, false)));
    pass(30 * SECOND);
    report(A, 1, false, Server.ABSENT, 0, 0, false, 0, 0);
    observe(new Observation.Asked(8, new Request.Recover(A, Recovery.TO_THE_END, false)));
    assertThat(state.operations().get(8L).accepted()).isFalse();
    assertThat(state.operations().get(8L).text()).contains("Node 2 does not answer");

    report(B, 1, false, Server.ABSENT, 0, 0, false, 0, 0);
    observe(new Observation.Asked(9, new Request.Recover(A, Recovery.TO_THE_END, false)));
    assertThat(state.operations().get(9L).accepted()).isTrue();
  }

  @Test
  void whoWasRestoredLeadsUnprotectedOnATimelineThatNobodyHas() {
    healthy(2);
    observe(new Observation.Asked(8, new Request.Recover(A, Recovery.TO_THE_END, true)));
    restored(A, 0, 1, 90);
    frozen(B, 300);
    assertThat(goal(A))
        .as("node 1 has stopped, and is not restored yet")
        .isEqualTo(NodeState.RECOVERING);

    restored(A, 2, 5, 90);
    assertThat(ordered(A)).isEqualTo(new Order.Lead(2, new Timeline(5), 3, Protection.UNPROTECTED));
    assertThat(state.grant().orElseThrow().possible()).containsExactly(Protection.UNPROTECTED);
  }

  @Test
  void aPrimaryThatAnswersHasToStopBeforeARestoredNodeLeads() {
    healthy(2);
    observe(new Observation.Asked(8, new Request.Recover(B, Recovery.TO_THE_END, true)));
    assertThat(ordered(A)).isEqualTo(new Order.Stop(2));
    restored(B, 2, 2, 90);
    assertThat(goal(B)).isEqualTo(NodeState.RECOVERING);

    report(A, 2, true, Server.STOPPED, 320, 0, false, 2, 200);
    assertThat(ordered(B)).isInstanceOf(Order.Lead.class);
    assertThat(goal(A)).isEqualTo(NodeState.DEMOTED);
  }

  /** It has stopped, and holds what a recovery of its own timeline gave. */
  private void restored(NodeId node, long epoch, long timeline, long lsn) {
    List<TimelineHistory.Ancestor> ancestors =
        timeline == 1
            ? List.of()
            : List.of(new TimelineHistory.Ancestor(new Timeline(timeline - 1), new Lsn(lsn)));
    observe(
        new Observation.Heard(
            new Report(
                node,
                ++sequence,
                state.epoch(),
                true,
                Server.STOPPED,
                new Position(new TimelineHistory(new Timeline(timeline), ancestors), new Lsn(lsn)),
                false,
                0,
                false,
                0,
                new Lsn(0),
                Set.of(),
                epoch,
                0)));
  }

  private void register(int nodes) {
    for (int i = 0; i < nodes; i++) {
      observe(new Observation.Joining(11 + i, "node " + (i + 1), new Timeline(1)));
    }
  }

  /** A proven sync set of all the others. */
  private void healthy(int nodes) {
    register(nodes);
    writes(A, 1, 100);
    for (int i = 2; i <= nodes; i++) {
      follows(new NodeId(i), 100);
    }
    applies(A, 200);
    for (int i = 2; i <= nodes; i++) {
      follows(new NodeId(i), 200);
    }
    assertThat(state.grant().orElseThrow().proven()).isTrue();
    assertThat(Explanation.of(state, now)).isEmpty();
  }

  private void writes(NodeId node, long applied, long lsn) {
    report(node, state.epoch(), false, Server.PRIMARY, lsn, 0, false, applied, lsn);
  }

  private void applies(NodeId node, long lsn) {
    writes(node, state.grant().orElseThrow().version(), lsn);
  }

  private void follows(NodeId node, long lsn) {
    follows(node, lsn, true);
  }

  private void follows(NodeId node, long lsn, boolean alive) {
    report(node, state.epoch(), false, Server.STANDBY, lsn, 1, alive, 0, 0);
  }

  private void frozen(NodeId node, long lsn) {
    report(node, state.epoch(), true, Server.FROZEN, lsn, 0, false, 0, 0);
  }

  private void report(
      NodeId node,
      long promised,
      boolean frozen,
      Server server,
      long lsn,
      int upstream,
      boolean alive,
      long applied,
      long appliedAt) {
    observe(
        new Observation.Heard(
            new Report(
                node,
                ++sequence,
                promised,
                frozen,
                server,
                new Position(ONE, new Lsn(lsn)),
                true,
                upstream,
                alive,
                applied,
                new Lsn(appliedAt),
                Set.of(),
                0,
                0)));
  }

  private void pass(long span) {
    now += span;
    observe(new Observation.Waited());
  }

  private void observe(Observation observation) {
    Decision decision = decider.decide(state, observation, now);
    state = decision.state();
    commands = decision.commands();
    events.addAll(decision.rules());
  }

  private NodeState goal(NodeId node) {
    return state.nodes().get(node).goal();
  }

  private Order ordered(NodeId node) {
    return Orders.of(state, node);
  }

  private List<String> reasons() {
    return Explanation.of(state, now).stream().map(Explanation.Waiting::reason).toList();
  }

  private List<String> hints() {
    return Explanation.of(state, now).stream().map(Explanation.Waiting::hint).toList();
  }
}

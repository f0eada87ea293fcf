package dev.holdfast.ha.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RebuildingTest {
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(4);
  private static final TimelineHistory ONE = new TimelineHistory(new Timeline(1), List.of());
  private static final Protection SET = Protection.confirmedBy(List.of(B), 1);
  private static final Order LEAD = new Order.Lead(5, new Timeline(1), 7, SET);
  private static final Order FOLLOW = new Order.Follow(5, A, ONE);

  private static Testimony says(
      NodeId node, long promised, Server server, long lsn, boolean complete, Order order) {
    return says(node, promised, server, new Position(ONE, new Lsn(lsn)), complete, order);
  }

  private static Testimony says(
      NodeId node, long promised, Server server, Position position, boolean complete, Order order) {
    Report report =
        new Report(
            node,
            1,
            promised,
            false,
            server,
            position,
            complete,
            0,
            false,
            7,
            new Lsn(0),
            Set.of(),
            0,
            0);
    return new Testimony(
        report,
        "n" + node,
        node.number(),
        40 + node.number(),
        Optional.of(order),
        Settings.DEFAULT);
  }

  private static Rebuilding of(boolean word, Testimony... heard) {
    return Rebuilding.of(List.of(heard), Set.of(A, B), word, 0);
  }

  @Test
  void whoWasToldToWriteLastGoesOnInAnEpochThatNobodyHasSeen() {
    Testimony writes = says(A, 5, Server.PRIMARY, 100, true, LEAD);
    Testimony froze = says(B, 6, Server.FROZEN, 90, true, new Order.Freeze(6));
    ClusterState state = of(false, writes, froze).state().orElseThrow();

    assertThat(state.epoch()).isEqualTo(7);
    assertThat(state.revision()).isEqualTo(45);
    assertThat(state.newestNode()).isEqualTo(4);
    assertThat(state.grant())
        .contains(new Grant(7, A, new Timeline(1), 8, List.of(Protection.UNPROTECTED, SET)));
    assertThat(state.nodes().get(B).goal()).isEqualTo(NodeState.CATCHINGUP);
  }

  @Test
  void aNodeThatIsNotHeardMayHaveBeenPromoted() {
    Testimony writes = says(A, 5, Server.PRIMARY, 100, true, LEAD);
    Rebuilding refused = of(false, writes);
    assertThat(refused.state()).isEmpty();
    assertThat(refused.text()).contains("node 4 is not heard");

    ClusterState state = of(true, writes).state().orElseThrow();
    assertThat(state.newestNode()).as("its number is nobody else's").isEqualTo(4);
    assertThat(state.newestTimeline().number()).as("those that it began").isGreaterThan(10);
    assertThat(state.grant().orElseThrow().timeline()).isEqualTo(new Timeline(1));
  }

  @Test
  void inAnElectionWhoHoldsMostIsThePrimaryWhenNobodyHasLostAnything() {
    Testimony stopped = says(A, 6, Server.STOPPED, 120, true, new Order.Stop(6));
    Testimony frozen = says(B, 6, Server.FROZEN, 110, true, new Order.Freeze(6));
    assertThat(of(false, stopped, frozen).state().orElseThrow().grant().orElseThrow().holder())
        .isEqualTo(A);

    Testimony copies = says(A, 6, Server.STOPPED, 120, false, new Order.Stop(6));
    assertThat(of(false, copies, frozen).text()).contains("not every node holds what it held");
    ClusterState given = of(true, copies, frozen).state().orElseThrow();
    assertThat(given.grant().orElseThrow().holder()).isEqualTo(B);
    assertThat(given.grant().orElseThrow().timeline()).isEqualTo(new Timeline(2));
  }

  @Test
  void whoWasToldToWriteAndHasNotHeardOfTheNextIsNotThePrimary() {
    TimelineHistory two =
        new TimelineHistory(
            new Timeline(2), List.of(new TimelineHistory.Ancestor(new Timeline(1), new Lsn(90))));
    Testimony cutOff = says(A, 5, Server.STOPPED, 100, true, LEAD);
    Testimony next =
        says(B, 7, Server.STOPPED, new Position(two, new Lsn(95)), true, new Order.Stop(7));
    Grant grant = of(false, cutOff, next).state().orElseThrow().grant().orElseThrow();
    assertThat(grant.holder()).isEqualTo(B);
    assertThat(grant.timeline()).isEqualTo(new Timeline(3));

    Testimony copied =
        says(B, 7, Server.STOPPED, new Position(two, new Lsn(95)), false, new Order.Stop(7));
    assertThat(of(false, cutOff, copied).state()).isEmpty();
  }

  @Test
  void whoIsInMaintenanceOrStoodStillStaysSo() {
    Testimony writes = says(A, 5, Server.PRIMARY, 100, true, LEAD);
    assertThat(goal(writes, says(B, 5, Server.STOPPED, 90, true, new Order.Rest(5))))
        .isEqualTo(NodeState.MAINTENANCE);
    assertThat(goal(writes, says(B, 5, Server.STOPPED, 90, true, new Order.Stop(5))))
        .isEqualTo(NodeState.FENCED);
    assertThat(goal(writes, says(B, 5, Server.STANDBY, 90, true, FOLLOW)))
        .isEqualTo(NodeState.CATCHINGUP);
  }

  private static NodeState goal(Testimony writes, Testimony other) {
    return of(false, writes, other).state().orElseThrow().nodes().get(B).goal();
  }
}

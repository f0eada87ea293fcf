package dev.holdfast.ha.simulation;

import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.Course;
import dev.holdfast.ha.decide.Node;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.NodeState;
import dev.holdfast.ha.decide.Recovery;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.decide.WeakenedRules;
import java.time.Duration;
import java.util.Optional;

/**
 * What goes wrong: some time of trouble, then all of it is healed, and the cluster has to be
 * healthy again within a bound; an operator helps where the cluster asks for one.
 */
final class Faults {
  private static final long SECOND = 1_000_000_000L;
  private static final long FORMING = 60 * SECOND;
  private static final long BOUND = 240 * SECOND;
  private static final long OPERATOR_WAITS = 40 * SECOND;

  private final Simulation simulation;

  /** Worlds in which the primary is cut off most of the time. */
  private final boolean siege;

  private long troubleEnds;
  private long healedAt;
  private boolean healing = true;
  private int rounds;

  Faults(Simulation simulation) {
    this.simulation = simulation;
    this.healedAt = 0;
    this.siege = simulation.chance(25);
    simulation.after(FORMING / 10, this::recover);
  }

  /** Whether the cluster is healthy between two times of trouble. */
  boolean atRest() {
    return rounds > 0 && healing && simulation.now() == healedAt;
  }

  int rounds() {
    return rounds;
  }

  private void begin() {
    healing = false;
    troubleEnds = simulation.now() + (10 + simulation.below(50)) * SECOND;
    strike();
  }

  private void strike() {
    if (simulation.now() > troubleEnds) {
      heal();
      return;
    }
    one();
    simulation.after(simulation.below(3 * SECOND), this::strike);
  }

  private void one() {
    if (siege && simulation.chance(50)) {
      besiege(SECOND + simulation.below(8 * SECOND));
      return;
    }
    Machine machine = any();
    long span = SECOND / 2 + simulation.below(simulation.chance(20) ? 30 * SECOND : 6 * SECOND);
    int which = (int) simulation.below(100);
    simulation.note(() -> "fault " + which + " on " + machine + " for " + span / SECOND + " s");
    if (which < 12) {
      machine.crash();
      simulation.after(span, machine::boot);
    } else if (which < 22) {
      machine.postgres().killPostmaster();
    } else if (which < 25) {
      machine.postgres().die();
    } else if (which < 34) {
      restartKeeper(machine, span);
    } else if (which < 40) {
      machine.keeper().pause(span);
    } else if (which < 46) {
      machine.postgres().ailments().pause(span);
    } else if (which < 51) {
      machine.suspend(span);
    } else if (which < 68) {
      part(span);
    } else if (which < 72) {
      besiege(span);
    } else if (which < 76) {
      simulation.network().rough(true);
      simulation.after(span, () -> simulation.network().rough(false));
    } else if (which < 80) {
      if (simulation.chance(15)) {
        simulation.monitor().loseState();
      } else {
        simulation.monitor().crash();
      }
      simulation.after(span, simulation.monitor()::start);
    } else if (which < 82) {
      if (simulation.settings().synchronous()) {
        machine.jumpClock(simulation.below(20 * SECOND) - 10 * SECOND);
      }
    } else if (which < 86) {
      machine.postgres().ailments().slowDisk(span);
    } else if (which < 88) {
      machine.postgres().crashLoop(span);
    } else if (which < 89 && !simulation.monitor().isLost()) {
      // When nobody has anything any more there is no cluster to come back to.
      machine.keeper().loseMemory();
      simulation.after(span, machine.keeper()::start);
    } else if (which < 91 && othersAreComplete(machine)) {
      machine.crash();
      machine.postgres().breakDirectory();
      simulation.after(span, machine::boot);
    } else if (which < 92) {
      giveWordForADeadPrimary();
    } else if (which < 93) {
      goBackToTheRepository();
    } else if (which < 97 && !simulation.settings().synchronous()) {
      changeTheLease(span);
    } else {
      operate();
    }
  }

  /** Another lease; the monitor that has noted it may be gone before anybody hears of it. */
  private void changeTheLease(long span) {
    Duration usual = simulation.settings().lease();
    boolean shorter = simulation.monitor().state().settings().lease().compareTo(usual) > 0;
    Duration lease = shorter ? usual : usual.multipliedBy(3);
    simulation
        .monitor()
        .ask(new Request.Set(simulation.monitor().state().settings().withLease(lease)));
    if (shorter) {
      besiege(span);
      simulation.monitor().crash();
      simulation.after(simulation.below(SECOND), simulation.monitor()::start);
    }
  }

  /** An operator who has seen that the primary's machine is off, and does not wait for it. */
  private void giveWordForADeadPrimary() {
    ClusterState state = simulation.monitor().state();
    if (state.grant().isEmpty() || !simulation.monitor().isUp()) {
      return;
    }
    Machine holder = simulation.machineOf(state.grant().get().holder());
    if (holder != null && !holder.isUp()) {
      giveWord();
    }
  }

  /** Everybody loses its data, or an operator wants to be where the repository is. */
  private void goBackToTheRepository() {
    if (simulation.chance(50)) {
      for (int i = 1; i <= simulation.machines(); i++) {
        if (simulation.chance(90)) {
          simulation.machine(i).postgres().breakDirectory();
        }
      }
      return;
    }
    ClusterState state = simulation.monitor().state();
    if (state.grant().isEmpty()) {
      return;
    }
    Machine holder = simulation.machineOf(state.grant().get().holder());
    // Of a primary that answers nobody has to say that it is dead.
    boolean heard = holder != null && simulation.chance(70);
    if (heard || (holder != null && !holder.isUp())) {
      recover(simulation.chance(50) ? any() : holder);
    }
  }

  private void recover(Machine machine) {
    NodeId node = machine.keeper().node();
    if (node != null
        && simulation.monitor().ask(new Request.Recover(node, Recovery.TO_THE_END, true))) {
      simulation.allowLoss();
    }
  }

  /** When every copy of the data is gone, only the repository helps. */
  private boolean othersAreComplete(Machine machine) {
    for (int i = 1; i <= simulation.machines(); i++) {
      if (i != machine.number() && !simulation.machine(i).keeper().holdsData()) {
        return false;
      }
    }
    return true;
  }

  private static void restartKeeper(Machine machine, long span) {
    machine.keeper().crash();
    machine.later(span, machine.keeper()::start);
  }

  private Machine any() {
    // The one that writes is the interesting one.
    if (simulation.chance(40)) {
      for (int i = 1; i <= simulation.machines(); i++) {
        if (simulation.machine(i).postgres().writes()) {
          return simulation.machine(i);
        }
      }
    }
    return simulation.machine(1 + (int) simulation.below(simulation.machines()));
  }

  /** Any set of ways between machines, the monitor being one of them. */
  private void part(long span) {
    long until = simulation.now() + span;
    int all = simulation.machines() + 1;
    boolean oneWay = simulation.chance(25);
    boolean isolate = simulation.chance(50);
    long side = isolate ? 1L << any().number() : simulation.below(1L << all);
    for (int from = 0; from < all; from++) {
      for (int to = 0; to < all; to++) {
        boolean parted = (side >> from & 1) == 1 && (side >> to & 1) == 0;
        boolean back = (side >> from & 1) == 0 && (side >> to & 1) == 1;
        boolean withMonitor = from == 0 || to == 0;
        // Half of the isolated keep their peers, and lose only the monitor.
        if ((parted || (back && !oneWay)) && (!isolate || withMonitor || simulation.chance(70))) {
          // Some ways come back before others.
          boolean early = !withMonitor && simulation.chance(50);
          simulation
              .network()
              .block(from, to, early ? simulation.now() + simulation.below(span) : until);
        }
      }
    }
  }

  /**
   * The one that writes is cut off from everybody, and found again by its standbys, but not by the
   * monitor; what would they tell it?
   */
  private void besiege(long span) {
    int victim = any().number();
    long now = simulation.now();
    for (int other = 0; other <= simulation.machines(); other++) {
      long until = now + (other == 0 ? 4 * SECOND + span : SECOND + simulation.below(6 * SECOND));
      simulation.network().block(victim, other, until);
      simulation.network().block(other, victim, until);
    }
    if (simulation.chance(50)) {
      simulation.network().rough(true);
      simulation.after(span + 4 * SECOND, () -> simulation.network().rough(false));
    }
    for (int other = 1; other <= simulation.machines(); other++) {
      Machine witness = simulation.machine(other);
      if (other != victim && simulation.chance(50)) {
        simulation.after(
            2 * SECOND + simulation.below(4 * SECOND),
            () -> restartKeeper(witness, simulation.below(SECOND)));
      }
    }
  }

  /** Just when everybody has been told of a new primary, the monitor stops hearing of it. */
  void promotionDone(Machine primary) {
    if (healing || !simulation.chance(30)) {
      return;
    }
    simulation.after(
        simulation.chance(50) ? 4_000_000 : simulation.below(SECOND / 2),
        () -> {
          long until = simulation.now() + (4 + simulation.below(6)) * SECOND;
          simulation.network().block(primary.number(), 0, until);
          simulation.network().block(0, primary.number(), until);
          for (int other = 1; other <= simulation.machines(); other++) {
            if (other == primary.number()) {
              continue;
            }
            if (simulation.chance(50)) {
              simulation.network().block(other, 0, until);
            } else if (simulation.chance(70)) {
              simulation.network().block(primary.number(), other, until);
            }
          }
        });
  }

  private void operate() {
    ClusterState state = simulation.monitor().state();
    if (state.nodes().isEmpty()) {
      return;
    }
    var ids = state.nodes().keySet().stream().sorted().toList();
    NodeId node = ids.get((int) simulation.below(ids.size()));
    boolean coin = simulation.chance(50);
    int which = (int) simulation.below(12);
    simulation
        .monitor()
        .ask(
            switch (which) {
              case 0, 1, 2 -> new Request.Switchover(coin ? Optional.of(node) : Optional.empty());
              case 3 -> new Request.Failover(coin ? Optional.of(node) : Optional.empty(), false);
              case 4, 5 -> new Request.Maintenance(node, coin);
              case 10, 11 -> new Request.Fence(node, coin);
              case 6, 7 ->
                  new Request.Change(
                      node, coin ? 50 : (int) simulation.below(101), simulation.chance(80));
              case 8 ->
                  new Request.Set(
                      state
                          .settings()
                          .withNumberSyncStandbys(1 + (int) simulation.below(2))
                          .withStrict(coin));
              default -> new Request.Drop(node);
            });
  }

  private void heal() {
    simulation.note(() -> "all is healed");
    healing = true;
    healedAt = simulation.now();
    simulation.network().heal();
    simulation.monitor().start();
    for (int i = 1; i <= simulation.machines(); i++) {
      Machine machine = simulation.machine(i);
      machine.postgres().ailments().heal();
      machine.keeper().heal();
      machine.boot();
      machine.keeper().start();
    }
    simulation.after(SECOND, this::recover);
  }

  /** Looks again and again whether all is well, and does what the cluster asks its operator for. */
  private void recover() {
    ClusterState state = simulation.monitor().state();
    if (!simulation.monitor().isLost() && healthy(state)) {
      rounds++;
      healedAt = simulation.now();
      simulation.forgetWord();
      simulation.after(SECOND + simulation.below(5 * SECOND), this::begin);
      return;
    }
    long waited = simulation.now() - healedAt;
    if (waited > BOUND + FORMING) {
      throw new Violation(
          "not healthy "
              + waited / SECOND
              + " s after all was healed: "
              + WeakenedRules.explain(state, simulation.monitor().clock()));
    }
    if (simulation.chance(30)) {
      help(state, waited);
    }
    simulation.after(SECOND, this::recover);
  }

  private void help(ClusterState state, long waited) {
    if (simulation.monitor().isLost()) {
      simulation.monitor().rebuild(this::gone, waited > OPERATOR_WAITS);
      return;
    }
    for (Node node : state.nodes().values()) {
      boolean holder = state.grant().orElseThrow().holder().equals(node.id());
      if (node.goal() == NodeState.MAINTENANCE) {
        simulation.monitor().ask(new Request.Maintenance(node.id(), false));
      } else if (node.goal() == NodeState.FENCED) {
        simulation.monitor().ask(new Request.Fence(node.id(), false));
      } else if (gone(node.id()) && !holder && node.goal() != NodeState.DROPPED) {
        simulation.monitor().ask(new Request.Drop(node.id()));
      } else if (node.priority() == 0 || !node.quorum()) {
        simulation.monitor().ask(new Request.Change(node.id(), 50, true));
      }
    }
    if (waited > OPERATOR_WAITS && state.settings().strict()) {
      simulation.monitor().ask(new Request.Set(state.settings().withStrict(false)));
    }
    if (waited > OPERATOR_WAITS
        && simulation.chance(20)
        && WeakenedRules.needsOperator(state, simulation.monitor().clock())) {
      giveWord();
    }
    if (waited > OPERATOR_WAITS && simulation.chance(20) && nobodyHoldsData()) {
      recover(any());
    }
  }

  private boolean nobodyHoldsData() {
    for (int i = 1; i <= simulation.machines(); i++) {
      if (simulation.machine(i).keeper().holdsData()) {
        return false;
      }
    }
    return true;
  }

  private void giveWord() {
    if (simulation.monitor().ask(new Request.Failover(Optional.empty(), true))) {
      simulation.allowLoss();
    }
  }

  /** No keeper knows this identity any more. */
  private boolean gone(NodeId id) {
    for (int i = 1; i <= simulation.machines(); i++) {
      if (id.equals(simulation.machine(i).keeper().node())) {
        return false;
      }
    }
    return true;
  }

  private boolean healthy(ClusterState state) {
    if (!(state.course() instanceof Course.Steady)
        || state.nodes().size() != simulation.machines()
        || !state.grant().orElseThrow().proven()) {
      return false;
    }
    for (Node node : state.nodes().values()) {
      boolean holder = state.grant().orElseThrow().holder().equals(node.id());
      Machine machine = simulation.machineOf(node.id());
      if (machine == null
          || gone(node.id())
          || (holder ? !node.goal().leads() : node.goal() != NodeState.SECONDARY)
          || machine.postgres().state() != (holder ? Server.PRIMARY : Server.STANDBY)) {
        return false;
      }
    }
    return true;
  }
}

package dev.holdfast.ha.simulation;

import static java.util.stream.Collectors.toSet;

import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.Decider;
import dev.holdfast.ha.decide.Decision;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Observation;
import dev.holdfast.ha.decide.Rebuilding;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.decide.Settings;
import dev.holdfast.ha.decide.Testimony;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The monitor: a state, durable before anything is sent; its clock begins anew when it starts. */
final class Monitor {
  private static final long TICK = 200_000_000L;

  private final Simulation simulation;
  private final Decider decider;
  private Consumer<ClusterState> disk = written -> {};
  private ClusterState state;
  private long origin;
  private long incarnation;
  private boolean up = true;

  /** The nodes that there were, while what was known of them is lost. */
  private Set<NodeId> lost = Set.of();

  Monitor(Simulation simulation, Decider decider, Settings settings) {
    this.simulation = simulation;
    this.decider = decider;
    this.state = ClusterState.forming(settings, 0);
    tick();
  }

  ClusterState state() {
    return state;
  }

  /** Shows every state that is written from now on. */
  void writeTo(Consumer<ClusterState> watcher) {
    disk = watcher;
  }

  long clock() {
    return simulation.now() - origin;
  }

  boolean isUp() {
    return up;
  }

  void receive(Observation observation) {
    // What it does not know it refuses, and lets nobody begin anew.
    if (!up || isLost()) {
      return;
    }
    if (observation instanceof Observation.Heard heard) {
      simulation.heard(heard.report());
    }
    Decision decision = decider.decide(state, observation, clock());
    state = decision.state();
    if (decision.mustPersist()) {
      disk.accept(state);
    }
    for (String rule : decision.rules()) {
      simulation.note(() -> "rule: " + rule + " -> epoch " + state.epoch() + " " + state.grant());
    }
    if (decision.rules().contains("the promotion is done")) {
      simulation.faults().promotionDone(simulation.machineOf(state.grant().orElseThrow().holder()));
    }
    long sender = incarnation;
    for (Command command : decision.commands()) {
      // Durable first: that takes a moment, in which the monitor may crash.
      simulation.after(
          decision.mustPersist() ? 1_000_000 : 1,
          () -> {
            if (up && sender == incarnation) {
              send(command);
            }
          });
    }
  }

  private void send(Command command) {
    switch (command) {
      case Command.Tell tell -> {
        Machine machine = simulation.machineOf(tell.to());
        if (machine != null) {
          simulation.network().send(0, machine.number(), () -> machine.keeper().receive(tell));
        }
      }
      case Command.Enrolled enrolled -> {
        Machine machine = simulation.machineOfToken(enrolled.token());
        if (machine != null) {
          simulation.network().send(0, machine.number(), () -> machine.keeper().enrolled(enrolled));
        }
      }
      case Command.Answer answer -> simulation.note(() -> "answer: " + answer);
    }
  }

  /** Whether the request was accepted; a monitor that is down accepts nothing. */
  boolean ask(Request request) {
    long token = simulation.nextToken();
    receive(new Observation.Asked(token, request));
    Command.Answer answer = state.operations().get(token);
    return answer != null && answer.accepted();
  }

  /** Its directory is gone. */
  void loseState() {
    crash();
    if (!isLost() && state.grant().isPresent()) {
      lost = state.nodes().keySet();
    }
  }

  boolean isLost() {
    return !lost.isEmpty();
  }

  /**
   * An operator has it know the cluster again.
   *
   * @param gone whose identity no keeper has any more
   * @param word whether he allows data loss, where that is needed
   */
  void rebuild(Predicate<NodeId> gone, boolean word) {
    List<Testimony> heard = new ArrayList<>();
    for (int i = 1; i <= simulation.machines(); i++) {
      Machine machine = simulation.machine(i);
      if (machine.isUp() && simulation.network().open(0, i) && simulation.network().open(i, 0)) {
        machine.keeper().testimony(state.settings()).ifPresent(heard::add);
      }
    }
    Set<NodeId> said = heard.stream().map(each -> each.report().node()).collect(toSet());
    boolean truly = lost.stream().filter(node -> !said.contains(node)).allMatch(gone);
    Rebuilding rebuilding = Rebuilding.of(heard, lost, false, clock());
    if (rebuilding.state().isEmpty() && word && truly) {
      rebuilding = Rebuilding.of(heard, lost, true, clock());
      simulation.allowLoss();
    }
    if (!up || rebuilding.state().isEmpty()) {
      return;
    }
    String text = rebuilding.text();
    state = rebuilding.state().get();
    lost = Set.of();
    simulation.note(() -> "rebuilt: " + text + " " + state.grant());
    disk.accept(state);
    receive(new Observation.Started());
  }

  void crash() {
    up = false;
    incarnation++;
  }

  void start() {
    if (up) {
      return;
    }
    up = true;
    origin = simulation.now() - simulation.below(1_000_000_000L);
    receive(new Observation.Started());
  }

  private void tick() {
    simulation.after(
        TICK,
        () -> {
          receive(new Observation.Waited());
          tick();
        });
  }
}

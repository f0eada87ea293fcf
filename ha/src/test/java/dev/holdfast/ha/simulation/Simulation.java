package dev.holdfast.ha.simulation;

import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.decide.Settings;
import dev.holdfast.ha.decide.WeakenedRules;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One world: its time, its events, its chances, and everybody in it. */
final class Simulation {
  private static final int NOTES_KEPT = 400;

  private final SplittableRandom random;
  private final EventQueue queue = new EventQueue();
  private final Settings settings;
  private final WeakenedRules rules;
  private final Truth truth;
  private final Archive archive = new Archive();
  private final Network network;
  private final Machine[] machines;
  private final Monitor monitor;
  private final Faults faults;
  private final Map<NodeId, Machine> names = new HashMap<>();
  private final Deque<String> notes = new ArrayDeque<>();
  private final boolean telling;
  private long now;
  private long events;
  private long sessions;
  private long tokens = 1000;

  /**
   * A world that is about to begin.
   *
   * @param seed decides everything, the number of nodes and the settings too
   * @param telling whether to keep notes of the latest events
   */
  Simulation(long seed, WeakenedRules rules, boolean telling) {
    this.random = new SplittableRandom(seed);
    this.rules = rules;
    this.telling = telling;
    int nodes = 2 + (int) below(3) + (chance(20) ? 1 : 0);
    boolean synchronous = !chance(25);
    this.settings =
        Settings.DEFAULT
            .withSynchronous(synchronous)
            .withNumberSyncStandbys(nodes > 2 && chance(30) ? 2 : 1)
            .withStrict(chance(20))
            .withLossBudget(chance(50) ? 1 << 20 : below(5000));
    this.truth = new Truth(synchronous, settings.lossBudget());
    this.network = new Network(this, nodes);
    this.machines = new Machine[nodes];
    this.monitor = new Monitor(this, rules.decider(), settings);
    for (int i = 0; i < nodes; i++) {
      machines[i] = new Machine(this, i + 1, rules.keeper(settings));
    }
    for (Machine each : machines) {
      after(below(2_000_000_000L), () -> each.keeper().start());
    }
    this.faults = new Faults(this);
  }

  /** Lets so many events happen, or more until the faults of the moment are healed. */
  void run(long wanted) {
    while (events < wanted || !faults.atRest()) {
      now = queue.nextTime();
      Runnable event = queue.poll();
      events++;
      event.run();
    }
  }

  long events() {
    return events;
  }

  long now() {
    return now;
  }

  Settings settings() {
    return settings;
  }

  Truth truth() {
    return truth;
  }

  /** The operator's word that what is missing may be lost. */
  void allowLoss() {
    truth.allowLoss(sessions);
  }

  /** What the operator allowed for this trouble is not allowed for the next. */
  void forgetWord() {
    truth.forgetWord();
  }

  Archive archive() {
    return archive;
  }

  Network network() {
    return network;
  }

  Monitor monitor() {
    return monitor;
  }

  Faults faults() {
    return faults;
  }

  int machines() {
    return machines.length;
  }

  /** By its number, 1 and up. */
  Machine machine(int number) {
    return machines[number - 1];
  }

  void named(NodeId node, Machine machine) {
    names.put(node, machine);
  }

  @Nullable Machine machineOf(NodeId node) {
    return names.get(node);
  }

  @Nullable Machine machineOfToken(long token) {
    for (Machine each : machines) {
      if (each.keeper().token() == token) {
        return each;
      }
    }
    return null;
  }

  boolean reachable(Machine one, Machine other) {
    return other.isUp()
        && other.suspendedUntil() <= now
        && network.open(one.number(), other.number())
        && network.open(other.number(), one.number());
  }

  boolean promisesPersist() {
    return rules.promisesPersist();
  }

  boolean leaseIsKept() {
    return rules.leaseIsKept();
  }

  void heard(Report report) {
    ClusterState state = monitor.state();
    Machine from = machineOf(report.node());
    if (from != null
        && state.grant().isPresent()
        && state.grant().get().holder().equals(report.node())) {
      truth.reported(from.postgres().branch(), report.position().flushed().value());
    }
  }

  void after(long span, Runnable event) {
    queue.add(now + Math.max(span, 0), event);
  }

  /** Up to, not including. */
  long below(long bound) {
    return random.nextLong(bound);
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  long nextSession() {
    return ++sessions;
  }

  long nextToken() {
    return ++tokens;
  }

  void note(Supplier<String> text) {
    if (telling) {
      if (notes.size() == NOTES_KEPT) {
        notes.pollFirst();
      }
      notes.add("%10.3f s  %s".formatted(now / 1e9, text.get()));
    }
  }

  String story() {
    return String.join("\n", notes);
  }

  @Override
  public String toString() {
    return machines.length
        + " nodes, "
        + (settings.synchronous() ? "synchronous " + settings.numberSyncStandbys() : "asynchronous")
        + (settings.strict() ? ", strict" : "");
  }
}

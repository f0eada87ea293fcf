package dev.holdfast.ha.simulation;

import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Server;

/** A standby's WAL receiver: asks the primary, takes what continues its own WAL, confirms. */
final class Receiver {
  private static final long ASKS_EVERY = 300_000_000L;
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final Simulation simulation;
  private final Machine machine;
  private final Postgres postgres;
  private int upstream;
  private int name;

  /** The connection's number; what belongs to an older one is passed over. */
  private long connection;

  private long session;
  private long lastWal = NEVER;

  Receiver(Simulation simulation, Machine machine, Postgres postgres) {
    this.simulation = simulation;
    this.machine = machine;
    this.postgres = postgres;
  }

  void begin(NodeId from, NodeId as) {
    upstream = from.number();
    name = as.number();
    connection = simulation.nextSession();
    session = 0;
    ask();
  }

  void forget() {
    upstream = 0;
  }

  int upstream() {
    return upstream;
  }

  boolean heardWithin(long patience) {
    return simulation.now() - lastWal < patience;
  }

  private boolean is(long number) {
    return postgres.state() == Server.STANDBY && number == connection;
  }

  private void ask() {
    long asks = connection;
    confirm();
    postgres.later(
        ASKS_EVERY,
        () -> {
          if (is(asks)) {
            ask();
          }
        });
  }

  void take(long number, long from, int branch, long upTo, TimelineHistory line) {
    if (!is(number)) {
      return;
    }
    if (postgres.ailments().paused()) {
      postgres.later(0, () -> take(number, from, branch, upTo, line));
      return;
    }
    if (!postgres.position().liesOn(line)) {
      // "This server's history forked from timeline N at ...": the sender refuses.
      return;
    }
    lastWal = simulation.now();
    session = from;
    if (upTo > postgres.flushed()) {
      postgres.later(
          postgres.diskDelay(),
          () -> {
            if (is(number) && upTo > postgres.flushed() && postgres.position().liesOn(line)) {
              postgres.append(branch, upTo, line);
              confirm();
            }
          });
    }
  }

  private void confirm() {
    Machine there = simulation.machineOf(new NodeId(upstream));
    if (there == null) {
      return;
    }
    int as = name;
    long to = session;
    long by = connection;
    long upTo = postgres.flushed();
    int here = machine.number();
    simulation
        .network()
        .send(
            here,
            there.number(),
            () -> there.arrive(() -> there.postgres().confirmed(here, as, to, by, upTo)));
  }

  void ended(long number) {
    if (is(number)) {
      lastWal = NEVER;
      machine.keeper().look();
    }
  }
}

package dev.holdfast.ha.simulation;

/**
 * Messages between machines, of which 0 is the monitor's. Each may be lost, late or doubled, and
 * ways may be blocked, each direction by itself.
 */
final class Network {
  private final Simulation simulation;
  private final long[][] blockedUntil;
  private boolean rough;

  Network(Simulation simulation, int machines) {
    this.simulation = simulation;
    this.blockedUntil = new long[machines + 1][machines + 1];
  }

  void send(int from, int to, Runnable delivery) {
    if (blocked(from, to)) {
      return;
    }
    if (rough && simulation.chance(20)) {
      return;
    }
    deliver(from, to, delivery);
    if (rough && simulation.chance(20)) {
      deliver(from, to, delivery);
    }
  }

  private void deliver(int from, int to, Runnable delivery) {
    long delay = 200_000 + simulation.below(800_000);
    if (rough && simulation.chance(10)) {
      delay += simulation.below(3_000_000_000L);
    }
    simulation.after(
        delay,
        () -> {
          if (!blocked(from, to)) {
            delivery.run();
          }
        });
  }

  private boolean blocked(int from, int to) {
    return blockedUntil[from][to] > simulation.now();
  }

  boolean open(int from, int to) {
    return !blocked(from, to);
  }

  void block(int from, int to, long until) {
    blockedUntil[from][to] = until;
  }

  void rough(boolean on) {
    rough = on;
  }

  void heal() {
    rough = false;
    for (long[] row : blockedUntil) {
      java.util.Arrays.fill(row, 0);
    }
  }
}

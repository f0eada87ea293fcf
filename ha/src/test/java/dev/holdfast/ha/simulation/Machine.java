package dev.holdfast.ha.simulation;

import dev.holdfast.ha.decide.KeeperRules;

/** A host: it may crash, be suspended, and its clock drifts and jumps. */
final class Machine {
  private final Simulation simulation;
  private final int number;
  private final double rate;
  private final Postgres postgres;
  private final Keeper keeper;
  private long clockOffset;
  private long suspendedUntil;
  private boolean up = true;
  private long boots;

  Machine(Simulation simulation, int number, KeeperRules rules) {
    this.simulation = simulation;
    this.number = number;
    this.rate = 1 + (simulation.below(2001) - 1000) / 1_000_000.0;
    this.postgres = new Postgres(simulation, this);
    this.keeper = new Keeper(simulation, this, rules);
  }

  int number() {
    return number;
  }

  Postgres postgres() {
    return postgres;
  }

  Keeper keeper() {
    return keeper;
  }

  /** What its clock says. */
  long clock() {
    return (long) (simulation.now() * rate) + clockOffset;
  }

  /** The world's time for a span on its clock. */
  long span(long local) {
    return (long) (local / rate);
  }

  void jumpClock(long by) {
    clockOffset += by;
  }

  boolean isUp() {
    return up;
  }

  long suspendedUntil() {
    return suspendedUntil;
  }

  void suspend(long span) {
    suspendedUntil = Math.max(suspendedUntil, simulation.now() + span);
  }

  void crash() {
    if (up) {
      up = false;
      boots++;
      postgres.die();
      keeper.crash();
    }
  }

  void boot() {
    if (!up) {
      up = true;
      suspendedUntil = 0;
      keeper.forgetLease();
      keeper.start();
    }
  }

  /** What happens here later, unless the machine crashes first; a suspended machine is late. */
  void later(long span, Runnable event) {
    long boot = boots;
    simulation.after(span, () -> run(boot, event));
  }

  private void run(long boot, Runnable event) {
    if (!up || boot != boots) {
      return;
    }
    if (suspendedUntil > simulation.now()) {
      simulation.after(suspendedUntil - simulation.now() + 1, () -> run(boot, event));
    } else {
      event.run();
    }
  }

  /** What a message does here on arrival. */
  void arrive(Runnable event) {
    run(boots, event);
  }

  @Override
  public String toString() {
    return "machine " + number;
  }
}

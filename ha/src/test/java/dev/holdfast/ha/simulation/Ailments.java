package dev.holdfast.ha.simulation;

/** What is wrong with a PostgreSQL for a while. */
final class Ailments {
  private final Simulation simulation;
  private long pausedUntil;
  private long slowUntil;
  private long crashesUntil;
  private int restarts;
  private long lastRestart = Long.MIN_VALUE / 2;

  Ailments(Simulation simulation) {
    this.simulation = simulation;
  }

  /** Its processes stand still; they can be ended. */
  void pause(long span) {
    pausedUntil = Math.max(pausedUntil, simulation.now() + span);
  }

  void slowDisk(long span) {
    slowUntil = simulation.now() + span;
  }

  void crashLoop(long span) {
    crashesUntil = simulation.now() + span;
  }

  /** It was started after a crash. */
  void restarted() {
    restarts = restarts() + 1;
    lastRestart = simulation.now();
  }

  /** Starts after a crash, lately. */
  int restarts() {
    return simulation.now() - lastRestart > 20_000_000_000L ? 0 : restarts;
  }

  void resume() {
    pausedUntil = 0;
  }

  void heal() {
    pausedUntil = 0;
    slowUntil = 0;
    crashesUntil = 0;
  }

  boolean paused() {
    return pausedUntil > simulation.now();
  }

  boolean crashing() {
    return crashesUntil > simulation.now();
  }

  long pauseLeft() {
    return pausedUntil - simulation.now();
  }

  long diskDelay() {
    return slowUntil > simulation.now()
        ? simulation.below(2_000_000_000L)
        : 500_000 + simulation.below(2_000_000);
  }
}

package dev.holdfast.ha.simulation;

import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.WeakenedRules;
import java.util.function.Consumer;

/** States that a monitor goes through in a world of trouble. */
public final class WrittenStates {
  private WrittenStates() {}

  /** Shows each state that a monitor would have to write within so many events of the world. */
  public static void of(long seed, long events, Consumer<ClusterState> watcher) {
    Simulation world = new Simulation(seed, WeakenedRules.none(), false);
    world.monitor().writeTo(watcher);
    world.run(events);
  }
}

package dev.holdfast.ha.decide;

import java.util.List;

/**
 * What follows from an observation.
 *
 * @param state the new state
 * @param mustPersist whether it has to be durable before the commands are sent
 * @param commands what to send then
 * @param rules the names of the rules that applied, in order, and what a promotion is known to
 *     lose: the cluster's events
 */
public record Decision(
    ClusterState state, boolean mustPersist, List<Command> commands, List<String> rules) {
  /** Copies the lists. */
  public Decision {
    commands = List.copyOf(commands);
    rules = List.copyOf(rules);
  }
}

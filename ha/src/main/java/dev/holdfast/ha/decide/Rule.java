package dev.holdfast.ha.decide;

import java.util.Optional;

/**
 * A row of the table.
 *
 * @param name what it is called in events
 * @param from the states of the node that it concerns, for the diagram; empty for any or none
 * @param to the state that it gives that node; empty when it gives none
 * @param when its condition, in words
 * @param because why it is so
 * @param step the new state, or nothing where the rule does not apply
 */
record Rule(String name, String from, String to, String when, String because, Step step) {
  /** A condition and its consequence. */
  @FunctionalInterface
  interface Step {
    Optional<ClusterState> from(Situation situation);
  }
}

package dev.holdfast.ha.decide;

import dev.holdfast.domain.Timeline;

/** What reaches the monitor. */
public sealed interface Observation {
  /** A keeper reports. */
  record Heard(Report report) implements Observation {}

  /**
   * A keeper without an identity asks for one.
   *
   * @param token its own choice, and kept by it
   * @param name the node's name for people
   * @param timeline of the data that it has, 1 when it has none
   */
  record Joining(long token, String name, Timeline timeline) implements Observation {}

  /** An operator asks; the token makes asking again harmless. */
  record Asked(long token, Request request) implements Observation {}

  /** The monitor has started: its clock has a new origin, and it has heard nobody yet. */
  record Started() implements Observation {}

  /** Time has passed. */
  record Waited() implements Observation {}
}

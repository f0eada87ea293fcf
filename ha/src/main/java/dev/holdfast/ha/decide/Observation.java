package dev.holdfast.ha.decide;

/** What reaches the monitor. */
public sealed interface Observation {
  /** A keeper reports. */
  record Heard(Report report) implements Observation {}

  /** A keeper without an identity asks for one; the token is its own choice, and is kept by it. */
  record Joining(long token, String name) implements Observation {}

  /** An operator asks; the token makes asking again harmless. */
  record Asked(long token, Request request) implements Observation {}

  /** The monitor has started: its clock has a new origin, and it has heard nobody yet. */
  record Started() implements Observation {}

  /** Time has passed. */
  record Waited() implements Observation {}
}

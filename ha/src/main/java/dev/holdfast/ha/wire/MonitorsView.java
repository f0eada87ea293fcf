package dev.holdfast.ha.wire;

import dev.holdfast.domain.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The monitors that agree, for people, as the one that leads sees them.
 *
 * @param leader its name
 * @param term in which it leads
 * @param monitors in the order of their names
 */
public record MonitorsView(String leader, long term, List<Monitor> monitors) {
  /**
   * One of them.
   *
   * @param name as people call it
   * @param service where it answers
   * @param agreement where monitors talk to each other
   * @param behind how many entries of the log it has not confirmed yet
   * @param silence since it last answered; empty for the leader
   */
  public record Monitor(
      String name,
      ServerAddress service,
      ServerAddress agreement,
      long behind,
      Optional<Duration> silence) {}

  /** Copies the list. */
  public MonitorsView {
    monitors = List.copyOf(monitors);
  }
}

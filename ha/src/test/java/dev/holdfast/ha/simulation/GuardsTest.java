package dev.holdfast.ha.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.ha.decide.WeakenedRules;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each guard that safety rests on is needed: without it the simulator finds a broken promise. */
class GuardsTest {
  /** Guards whose loss shows only when several rare things meet. */
  private static final Set<String> SUBTLE = Set.of("REPORTS_IN_ORDER", "ACTS_REMEMBERED");

  static List<String> guards() {
    return WeakenedRules.names().stream().filter(name -> !SUBTLE.contains(name)).toList();
  }

  static Set<String> subtleGuards() {
    return SUBTLE;
  }

  @ParameterizedTest
  @MethodSource("guards")
  void withoutItAPromiseIsBroken(String guard) {
    assertThat(broken(guard, 100_000_000)).as("what goes wrong without " + guard).isPresent();
  }

  @ParameterizedTest
  @MethodSource("subtleGuards")
  @Tag("long")
  void withoutItAPromiseIsBrokenSomeDay(String guard) {
    assertThat(broken(guard, 400_000_000)).as("what goes wrong without " + guard).isPresent();
  }

  private static Optional<String> broken(String guard, long mostEvents) {
    long events = 0;
    for (long seed = 1; events < mostEvents; seed++) {
      Simulation world = new Simulation(seed, WeakenedRules.without(guard), false);
      try {
        world.run(20_000);
      } catch (Violation found) {
        return Optional.of("seed " + seed + ", " + events + " events: " + found.getMessage());
      }
      events += world.events();
    }
    return Optional.empty();
  }
}

package dev.holdfast.ha.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.ha.decide.WeakenedRules;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many worlds of trouble. {@code -Dholdfast.seed=N} tells the story of one world again; {@code
 * -Dholdfast.events=N} lets the long test run for so many events.
 */
class SimulationTest {
  private static final long EVENTS_A_WORLD = 20_000;

  @Test
  void keepsItsPromisesThroughAMillionEvents() {
    run(Long.getLong("holdfast.seed", 1), Long.getLong("holdfast.events", 1_000_000L));
  }

  @Test
  @Tag("long")
  void keepsItsPromisesThroughAHundredMillionEvents() {
    run(Long.getLong("holdfast.seed", 1_000_000), Long.getLong("holdfast.events", 100_000_000L));
  }

  private static void run(long firstSeed, long events) {
    long done = 0;
    long acknowledgements = 0;
    long promotions = 0;
    long rounds = 0;
    long recoveries = 0;
    for (long seed = firstSeed; done < events; seed++) {
      Simulation world = new Simulation(seed, WeakenedRules.none(), false);
      try {
        world.run(EVENTS_A_WORLD);
      } catch (RuntimeException e) {
        throw new AssertionError(story(seed), e);
      }
      done += world.events();
      acknowledgements += world.truth().acknowledgements();
      promotions += world.truth().promotions();
      rounds += world.faults().rounds();
      recoveries += world.truth().recoveries();
    }
    assertThat(acknowledgements).as("commits that were acknowledged").isGreaterThan(done / 100);
    assertThat(promotions).as("promotions").isGreaterThan(done / 20_000);
    assertThat(recoveries).as("recoveries from the repository").isGreaterThan(done / 200_000);
    assertThat(rounds).as("times of trouble that ended well").isGreaterThan(done / 20_000);
  }

  /** Lives through it again, taking notes this time. */
  private static String story(long seed) {
    Simulation again = new Simulation(seed, WeakenedRules.none(), true);
    Optional<RuntimeException> failure = Optional.empty();
    try {
      again.run(EVENTS_A_WORLD);
    } catch (RuntimeException e) {
      failure = Optional.of(e);
    }
    return "-Dholdfast.seed=%d (%s):\n%s\n%s"
        .formatted(
            seed,
            again,
            again.story(),
            failure.map(Throwable::toString).orElse("did not happen again"));
  }
}

package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimeAndChanceTest {
  @Test
  void givesTheSameSequenceForTheSameSeed() {
    SeededRandom first = new SeededRandom(5);
    SeededRandom second = new SeededRandom(5);
    assertThat(first.longs(100).toArray()).isEqualTo(second.longs(100).toArray());
    assertThat(first.fork("expire").nextLong()).isEqualTo(second.fork("expire").nextLong());
    assertThat(first.fork("expire").nextLong()).isNotEqualTo(first.fork("backup").nextLong());
    assertThat(first).hasToString("SeededRandom[-Dholdfast.seed=5]");
    assertThat(first.ints(10_000, 0, 10).average().orElseThrow()).isBetween(4.3, 4.7);
  }

  @Test
  void letsTimePassOnlyWhenTold() {
    ManualTime time = new ManualTime(Instant.EPOCH);
    assertThat(time.instant()).isEqualTo(Instant.EPOCH);
    time.advance(Duration.ofSeconds(2));
    time.setClock(Instant.EPOCH);
    assertThat(time.instant()).isEqualTo(Instant.EPOCH);
    assertThat(time.nanos()).isEqualTo(2_000_000_000L);
    assertThatThrownBy(() -> time.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

package dev.holdfast.ha.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BootClockTest {
  @Test
  void readsWhatTheKernelSays() {
    assertThat(BootClock.parse("350735.47 234388.90\n"))
        .isEqualTo(Duration.ofMillis(350_735_470).toNanos());
    assertThat(BootClock.parse("0.05 0.00\n")).isEqualTo(Duration.ofMillis(50).toNanos());
  }

  @Test
  void goesOn() {
    long began = BootClock.nanos();
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (BootClock.nanos() == began) {
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
    assertThat(BootClock.nanos()).isGreaterThan(began);
  }
}

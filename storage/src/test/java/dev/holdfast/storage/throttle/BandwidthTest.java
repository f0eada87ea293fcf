package dev.holdfast.storage.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BandwidthTest {
  private static final long SECOND = 1_000_000_000;

  private long now = 17;
  private final List<Long> pauses = new ArrayList<>();

  /** Time passes in pauses, and when a test says so. */
  private Bandwidth of(long bytesPerSecond) {
    return new Bandwidth(
        bytesPerSecond,
        () -> now,
        pause -> {
          pauses.add(pause);
          now += pause;
        });
  }

  @Test
  void letsPassWhatTheTimeAllowsFromTheFirstByteOn() {
    Bandwidth bandwidth = of(1000);
    for (int i = 0; i < 10; i++) {
      bandwidth.take(300);
    }
    assertThat(now - 17).isEqualTo(3 * SECOND);
    assertThat(pauses).hasSize(10).containsOnly(300_000_000L);
  }

  @Test
  void makesUpForTheTimeThatTheWorkTook() {
    Bandwidth bandwidth = of(1000);
    for (int i = 0; i < 10; i++) {
      now += SECOND / 4;
      bandwidth.take(300);
    }
    assertThat(now - 17).isEqualTo(3 * SECOND);
  }

  @Test
  void makesUpForAnIdleHourByOneSecond() {
    Bandwidth bandwidth = of(1000);
    now += 3600 * SECOND;
    long begin = now;
    bandwidth.take(1000);
    assertThat(pauses).isEmpty();
    bandwidth.take(1000);
    assertThat(now - begin).isEqualTo(SECOND);
  }

  @Test
  void takesAByteOfATerabyteASecond() {
    Bandwidth bandwidth = of(1L << 40);
    bandwidth.take(1);
    bandwidth.take(1 << 20);
    assertThat(now).isLessThan(17 + SECOND / 1000);
  }

  @Test
  void readingAndWritingShareIt() throws IOException {
    ThrottledStorage storage = new ThrottledStorage(new MemoryStorage(), of(100_000));
    try (StorageOutput output = storage.write("file")) {
      output.write(new byte[250_000]);
      output.commit();
    }
    assertThat(now - 17).isEqualTo(2_500_000_000L);
    try (InputStream input = storage.read("file", 0, 100_000)) {
      assertThat(input.readAllBytes()).hasSize(100_000);
    }
    assertThat(now - 17).isEqualTo(3_500_000_000L);
    // Evenly, not a stop of seconds after each buffer.
    assertThat(pauses).allMatch(pause -> pause <= SECOND / 10);
  }

  @Test
  void anInterruptedWaitIsTheEndOfTheWork() {
    Bandwidth bandwidth =
        new Bandwidth(
            1,
            () -> now,
            pause -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(() -> bandwidth.take(5))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TERM));
    assertThat(Thread.interrupted()).isTrue();
  }
}

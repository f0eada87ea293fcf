package dev.holdfast.ha.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.monitor.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine on which nothing goes on is reset before the lease is over, and no other. */
class WatchdogTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Duration LEASE = Duration.ofSeconds(6);

  private final AtomicLong clock = new AtomicLong(100 * SECOND);
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final List<Device> devices = new ArrayList<>();
  private int least = 1;
  private boolean missing;

  /** Counts what a real one would act on. */
  private final class Device implements WatchdogDevice {
    private final AtomicLong fed = new AtomicLong();
    private volatile int seconds = 60;
    private volatile boolean armed = true;

    @Override
    public int timeout(int wanted) {
      seconds = Math.max(wanted, least);
      return seconds;
    }

    @Override
    public void feed() {
      fed.incrementAndGet();
    }

    @Override
    public void disarm() {
      armed = false;
    }
  }

  private Watchdog watchdog(WatchdogChoice.Mode mode) {
    return new Watchdog(
        new WatchdogChoice(mode, Path.of("/dev/watchdog")),
        path -> {
          if (missing) {
            throw new HoldfastException(ErrorCode.FILE_OPEN, "unable to open it");
          }
          Device device = new Device();
          devices.add(device);
          return device;
        },
        clock::get,
        log::add);
  }

  @Test
  void isFedByItselfWhileTheLeaseOutlastsItsTimeAndNotAMomentLonger() {
    try (Watchdog watchdog = watchdog(WatchdogChoice.Mode.REQUIRED)) {
      assertThat(watchdog.isReady()).isFalse();
      long ends = clock.get() + 6 * SECOND;
      watchdog.stand(ends, LEASE);
      assertThat(watchdog.isReady()).isTrue();
      Device device = devices.getFirst();
      assertThat(device.seconds).isEqualTo(2);
      Eventually.see("three more meals", device.fed::get, meals -> meals > 3);

      // Fed at the last moment, it resets the machine just when the lease is over.
      clock.set(ends - 2 * SECOND);
      long before = device.fed.get();
      watchdog.stand(ends, LEASE);
      assertThat(device.fed.get()).isGreaterThan(before);
      clock.incrementAndGet();
      // Whoever was about to feed it has done so, because both take turns.
      watchdog.stand(ends, LEASE);
      long last = device.fed.get();
      watchdog.stand(ends, LEASE);
      assertThat(device.fed.get()).isEqualTo(last);

      watchdog.stand(clock.get() + 6 * SECOND, LEASE);
      assertThat(device.fed.get()).isGreaterThan(last);
    }
    assertThat(devices).hasSize(1).noneMatch(device -> device.armed);
  }

  @Test
  void restsWhileNobodyWritesUnderALease() {
    try (Watchdog watchdog = watchdog(WatchdogChoice.Mode.AUTOMATIC)) {
      watchdog.rest();
      assertThat(devices).isEmpty();
      watchdog.stand(clock.get() + 6 * SECOND, LEASE);
      watchdog.rest();
      assertThat(devices.getFirst().armed).isFalse();
      watchdog.stand(clock.get() + 6 * SECOND, LEASE);
      assertThat(devices).hasSize(2);
      assertThat(devices.getLast().armed).isTrue();
      // Another lease is another time for the same device.
      watchdog.stand(clock.get() + 12 * SECOND, Duration.ofSeconds(12));
      assertThat(devices).hasSize(2);
      assertThat(devices.getLast().seconds).isEqualTo(4);
    }
  }

  @Test
  void withoutOneThatIsRequiredNobodyBeginsToLead() {
    missing = true;
    try (Watchdog watchdog = watchdog(WatchdogChoice.Mode.REQUIRED)) {
      assertThatThrownBy(() -> watchdog.stand(clock.get() + 6 * SECOND, LEASE))
          .hasMessageContaining("unable to open it");
      assertThat(watchdog.isReady()).isFalse();
      missing = false;
      clock.addAndGet(10 * SECOND);
      watchdog.stand(clock.get() + 6 * SECOND, LEASE);
      assertThat(watchdog.isReady()).isTrue();
    }
  }

  @Test
  void oneThatIsNotThereIsSaidOnceWhenItIsNotRequired() {
    missing = true;
    try (Watchdog watchdog = watchdog(WatchdogChoice.Mode.AUTOMATIC)) {
      watchdog.stand(clock.get() + 6 * SECOND, LEASE);
      watchdog.stand(clock.get() + 6 * SECOND, LEASE);
      assertThat(watchdog.isReady()).isTrue();
      assertThat(log).hasSize(1);
    }
    try (Watchdog off = watchdog(WatchdogChoice.Mode.OFF)) {
      off.stand(clock.get() + 6 * SECOND, LEASE);
      assertThat(off.isReady()).isTrue();
      assertThat(devices).isEmpty();
    }
  }

  @Test
  void aLeaseThatIsTooShortForTheDeviceIsRefusedAndTheDeviceLeftAlone() {
    try (Watchdog watchdog = watchdog(WatchdogChoice.Mode.REQUIRED)) {
      assertThatThrownBy(() -> watchdog.stand(clock.get() + 3 * SECOND, Duration.ofSeconds(3)))
          .satisfies(
              e -> assertThat(((HoldfastException) e).describe()).contains("settings --lease=6s"));
      assertThat(devices).isEmpty();

      least = 10;
      assertThatThrownBy(() -> watchdog.stand(clock.get() + 6 * SECOND, LEASE))
          .satisfies(
              e -> assertThat(((HoldfastException) e).describe()).contains("settings --lease=20s"));
      assertThat(devices).hasSize(1).noneMatch(device -> device.armed);
      watchdog.stand(clock.get() + 20 * SECOND, Duration.ofSeconds(20));
      assertThat(devices.getLast().seconds).isEqualTo(10);
    }
  }

  @Test
  void theDeviceIsFedAndDisarmedAsTheKernelHasIt(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("watchdog"));
    LinuxWatchdog device = LinuxWatchdog.open(file);
    assertThatThrownBy(() -> device.timeout(2))
        .as("a file is none")
        .isInstanceOf(HoldfastException.class);
    device.feed();
    device.feed();
    device.disarm();
    assertThat(file).hasBinaryContent(new byte[] {0, 0, 'V'});
    assertThatThrownBy(() -> LinuxWatchdog.open(directory.resolve("none")))
        .hasMessageContaining("unable to open the watchdog");
  }
}

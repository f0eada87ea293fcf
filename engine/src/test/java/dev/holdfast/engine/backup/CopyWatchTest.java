package dev.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.engine.Deadline;
import dev.holdfast.engine.Reporter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyWatchTest {
  private static final BackupLabel LABEL = new BackupLabel("20200101-000000F");

  @TempDir private Path directory;

  private CopySettings settings() {
    return new CopySettings(
        BackupSite.STANZA,
        LABEL,
        List.of(LABEL),
        directory,
        directory,
        new StoringOptions(CompressionType.NONE, 0, Optional.empty(), Optional.empty(), false),
        null,
        false,
        0,
        false,
        false,
        HandmadeCluster.PAGE,
        0);
  }

  @Test
  void aSaveThatIsUnderWayWhenTheCopyingEndsIsNotInterrupted() throws InterruptedException {
    CountDownLatch saving = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicBoolean saved = new AtomicBoolean();
    CopyWatch watch =
        CopyWatch.start(
            new CopyReport(settings(), Reporter.SILENT, 0),
            0,
            CopyWatch.Progress.NONE,
            () -> {
              saving.countDown();
              try {
                saved.set(mayEnd.await(1, TimeUnit.MINUTES));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            () -> {});
    assertThat(saving.await(1, TimeUnit.MINUTES)).isTrue();
    Thread closing = Thread.ofPlatform().start(watch::close);
    Deadline deadline = Deadline.in(Duration.ofMinutes(1));
    while (closing.getState() != Thread.State.WAITING) {
      assertThat(deadline.pause()).isTrue();
    }
    mayEnd.countDown();
    closing.join();
    assertThat(saved).isTrue();
    watch.check();
  }
}

package dev.holdfast.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.Reporter;
import dev.holdfast.testkit.TestDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadyWatchTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final List<String> warnings = new ArrayList<>();
  private final Reporter reporter =
      new Reporter() {
        @Override
        public boolean shows(Level level) {
          return true;
        }

        @Override
        public void log(Level level, int worker, String message) {
          warnings.add(message);
        }

        @Override
        public void progress(Progress progress) {}
      };

  @Test
  void theWaitEndsWhenAFileComes() throws IOException, InterruptedException {
    try (TestDirectory directory = TestDirectory.create();
        ReadyWatch watch = ReadyWatch.open(reporter)) {
      Path status = directory.directory("archive_status");
      long begin = System.nanoTime();
      // Registered by the first wait, which has nothing to wait for.
      watch.await(() -> Optional.of(status), Duration.ZERO);
      Files.createFile(status.resolve("000000010000000000000001.ready"));
      watch.await(() -> Optional.of(status), LONG);
      assertThat(System.nanoTime() - begin).isLessThan(LONG.toNanos());
      assertThat(warnings).isEmpty();
    }
  }

  @Test
  void withoutAWatchItIsLookedForInstead() throws InterruptedException {
    try (ReadyWatch watch =
        ReadyWatch.open(
            () -> {
              throw new IOException("User limit of inotify instances reached");
            },
            reporter)) {
      assertThat(warnings).singleElement().asString().contains("inotify");
      watch.await(Optional::empty, Duration.ofMillis(1));
    }
  }
}

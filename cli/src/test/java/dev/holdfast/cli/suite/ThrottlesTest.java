package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.cli.HoldfastCommand.Running;
import dev.holdfast.postgres.process.ExternalProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What keeps a verb from disturbing others: its bandwidth, and its priorities. */
class ThrottlesTest {
  private static final long BYTES_PER_SECOND = 4 << 20;

  @Test
  void aBackupAndItsRestoreTakeTheTimeThatTheBandwidthLeavesThem() {
    try (Site site = Site.create()) {
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster).option("compress-type", "none").option("process-max", "3");
      site.oursWorks("stanza-create", "--no-online");
      String limit = "--repo1-bandwidth-max=4MiB";
      long begin = System.nanoTime();
      site.oursWorks("backup", "--no-online", limit);
      Duration backup = Duration.ofNanos(System.nanoTime() - begin);
      long stored = bytes(site.stanzaBackups());
      assertThat(stored).isGreaterThan(2 * BYTES_PER_SECOND);
      assertThat(backup).isGreaterThan(Duration.ofMillis(1000 * stored / BYTES_PER_SECOND));

      Path target = site.directory().directory("restored");
      begin = System.nanoTime();
      site.oursWorks("restore", "--type=none", "--pg1-path=" + target, limit);
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isGreaterThan(Duration.ofMillis(900 * stored / BYTES_PER_SECOND));
      assertThat(cluster.tree().differences(StoppedCluster.treeOf(target))).isEmpty();
      site.pgbackrestVerifies();
    }
  }

  @Test
  void everyThreadHasThePrioritiesAskedFor() {
    try (Site site = Site.create()) {
      site.cluster(StoppedCluster.in(site.directory(), "pg")).option("compress-type", "none");
      site.oursWorks("stanza-create", "--no-online");
      // Slow enough to be looked at while it copies.
      Running backup =
          site.startOurs(
              "backup",
              "--no-online",
              "--repo1-bandwidth-max=1MiB",
              "--process-max=2",
              "--priority=7",
              "--io-priority=idle");
      List<Path> threads = threadsOnceItCopies(backup.process());
      TreeSet<String> nicenesses = new TreeSet<>();
      TreeSet<String> classes = new TreeSet<>();
      for (Path thread : threads) {
        nicenesses.add(niceness(thread));
        classes.add(run("ionice", "-p", thread.getFileName().toString()));
      }
      backup.process().destroy();
      Outcome outcome = backup.await();
      assertThat(nicenesses).as("%s", outcome).containsExactly("7");
      assertThat(classes).as("%s", outcome).containsExactly("idle");
    }
  }

  /** The threads of the process, as soon as its workers are among them. */
  private static List<Path> threadsOnceItCopies(Process process) {
    Path directory = Path.of("/proc", Long.toString(process.pid()), "task");
    try {
      for (int i = 0; i < 600; i++) {
        assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).as("it ended").isFalse();
        try (Stream<Path> threads = Files.list(directory)) {
          List<Path> all = threads.toList();
          if (all.stream().anyMatch(ThrottlesTest::isWorker)) {
            return all;
          }
        } catch (NoSuchFileException e) {
          // A thread, or the process, is just ending; the next look tells.
        }
      }
      throw new AssertionError("the backup began to copy nothing");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static boolean isWorker(Path thread) {
    return read(thread.resolve("comm")).startsWith("backup-");
  }

  /** The nineteenth value of the thread's status, whose second one may hold blanks. */
  private static String niceness(Path thread) {
    String status = read(thread.resolve("stat"));
    return status.substring(status.lastIndexOf(')') + 2).split(" ")[16];
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String run(String... command) {
    return ExternalProgram.run(List.of(command), Map.of(), Duration.ofSeconds(10)).out().strip();
  }

  private static long bytes(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

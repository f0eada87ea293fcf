package dev.holdfast.storage.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.posix.Flock.Holder;
import dev.holdfast.storage.posix.Flock.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlockTest {
  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void namePath() {
    path = directory.resolve("main-backup-1.lock");
  }

  @Test
  void excludesItselfAndOthers() throws Exception {
    try (Flock held = acquire(path)) {
      assertThat(Flock.tryAcquire(path, Kind.EXCLUSIVE, 0640)).isEmpty();
      assertThat(Flock.tryAcquire(path, Kind.SHARED, 0640)).isEmpty();
      assertThat(flockCommand()).isEqualTo(1);
      assertThat(held.path()).isEqualTo(path);
    }
    assertThat(flockCommand()).isZero();
    acquire(path).close();
  }

  @Test
  void isExcludedByTheFlockOfAnotherProcessUntilItEnds() throws Exception {
    Process holder =
        new ProcessBuilder("flock", "-n", path.toString(), "sh", "-c", "echo held; exec cat")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = holder.inputReader()) {
      assertThat(output.readLine()).isEqualTo("held");
      assertThat(Flock.tryAcquire(path, Kind.EXCLUSIVE, 0640)).isEmpty();
      assertThat(Flock.holder(path)).isInstanceOf(Holder.Alive.class);
      holder.getOutputStream().close();
      assertThat(holder.waitFor()).isZero();
    }
    assertThat(Flock.holder(path)).isInstanceOf(Holder.Gone.class);
    acquire(path).close();
  }

  @Test
  void letsManyShareIt() {
    try (Flock first = Flock.tryAcquire(path, Kind.SHARED, 0640).orElseThrow();
        Flock second = Flock.tryAcquire(path, Kind.SHARED, 0640).orElseThrow()) {
      assertThat(Flock.tryAcquire(path, Kind.EXCLUSIVE, 0640)).isEmpty();
      assertThat(first.becomeExclusive()).isFalse();
      second.close();
      assertThat(first.becomeExclusive()).isTrue();
      assertThat(Flock.tryAcquire(path, Kind.SHARED, 0640)).isEmpty();
    }
  }

  @Test
  void isNotInheritedByChildProcesses() throws Exception {
    Process child;
    try (Flock held = acquire(path)) {
      assertThat(held.content()).isEmpty();
      child = new ProcessBuilder("cat").start();
    }
    try {
      assertThat(flockCommand()).isZero();
    } finally {
      child.getOutputStream().close();
      child.waitFor();
    }
  }

  @Test
  void tellsWhatTheHolderWrote() {
    assertThat(Flock.holder(path)).isInstanceOf(Holder.Absent.class);
    try (Flock held = acquire(path)) {
      held.overwrite("a longer text than the next".getBytes(StandardCharsets.UTF_8));
      held.overwrite("short".getBytes(StandardCharsets.UTF_8));
      assertThat(Flock.holder(path))
          .isInstanceOfSatisfying(
              Holder.Alive.class,
              alive -> assertThat(alive.content()).asString().isEqualTo("short"));
    }
  }

  @Test
  void neverHasTwoHoldersAlthoughEachRemovesTheFile() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> results = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        results.add(threads.submit(() -> takeAndRemove(2000, holders, most)));
      }
      for (Future<?> result : results) {
        result.get();
      }
    }
    assertThat(most).hasValue(1);
  }

  private void takeAndRemove(int rounds, AtomicInteger holders, AtomicInteger most) {
    for (int round = 0; round < rounds; round++) {
      Optional<Flock> lock = Flock.tryAcquire(path, Kind.EXCLUSIVE, 0640);
      if (lock.isPresent()) {
        try (Flock held = lock.get()) {
          most.accumulateAndGet(holders.incrementAndGet(), Math::max);
          holders.decrementAndGet();
          Files.delete(held.path());
        } catch (IOException e) {
          throw new AssertionError("the holder cannot remove the file", e);
        }
      }
    }
  }

  @Test
  void saysWhyAFileCannotBeOpened() {
    assertThatThrownBy(() -> acquire(directory.resolve("missing/x.lock")))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCK_ACQUIRE))
        .hasMessageContaining("missing/x.lock");
    assertThatThrownBy(() -> acquire(Path.of("/sys/kernel/x.lock")))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> assertThat(e.hints()).singleElement().asString().contains("permissions"));
  }

  private static Flock acquire(Path path) {
    return Flock.tryAcquire(path, Kind.EXCLUSIVE, 0640).orElseThrow();
  }

  private int flockCommand() throws IOException, InterruptedException {
    return new ProcessBuilder("flock", "-n", path.toString(), "true").start().waitFor();
  }
}

package dev.holdfast.ha.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.HoldfastException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script itself, with processes that are called postgres and stand in data directories. */
class DeadManTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path directory;
  private final List<Process> processes = new ArrayList<>();
  private Path data;
  private LeaseFile file;
  private DeadMan deadMan;

  @BeforeEach
  void prepare() throws IOException {
    data = Files.createDirectory(directory.resolve("a data"));
    file = LeaseFile.in(directory);
    deadMan = new DeadMan(file.path(), data);
  }

  @AfterEach
  void end() throws IOException {
    number().flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
    processes.forEach(Process::destroyForcibly);
  }

  /** A process of this name that stands in a directory, and does not heed SIGTERM. */
  private Process process(String name, Path in) throws IOException {
    Path program = directory.resolve(name);
    if (!Files.exists(program)) {
      Files.copy(Path.of("/bin/sleep").toRealPath(), program);
      assertThat(program.toFile().setExecutable(true)).isTrue();
    }
    Process process =
        new ProcessBuilder(program.toString(), "300").directory(new File(in.toString())).start();
    processes.add(process);
    await(() -> comm(process).equals(name));
    return process;
  }

  private static String comm(Process process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/comm")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private Optional<Long> number() throws IOException {
    Path guard = directory.resolve("lease.guard");
    String text = Files.isRegularFile(guard) ? Files.readString(guard).strip() : "";
    return text.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(text));
  }

  private void start() {
    start(deadMan::isUp);
  }

  private void start(BooleanSupplier until) {
    await(() -> {
      deadMan.ensure();
      return until.getAsBoolean();
    });
  }

  private static void awaitEnd(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE)).isTrue();
  }

  private static void await(BooleanSupplier there) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!there.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(2_000_000);
    }
  }

  @Test
  void endsPostgresOfItsDirectoryAndNothingElseWhenTheLeaseIsOver() throws Exception {
    Process own = process("postgres", data);
    Process second = process("postgres", data);
    Process foreign = process("postgres", Files.createDirectory(directory.resolve("other")));
    Process client = process("psql", data);
    LeaseFile.Span span = new LeaseFile.Span(BootClock.nanos(), 2 * SECOND);
    file.write(span);
    start();

    awaitEnd(own);
    awaitEnd(second);
    assertThat(BootClock.nanos()).isBetween(span.stop(), span.ends() + 10 * SECOND);
    assertThat(foreign.isAlive()).isTrue();
    assertThat(client.isAlive()).isTrue();

    // What was about to be launched is ended, too; and what comes with another lease is not.
    Process late = process("postgres", data);
    awaitEnd(late);
    file.write(new LeaseFile.Span(BootClock.nanos(), 600 * SECOND));
    Process next = process("postgres", data);
    assertThat(next.waitFor(Duration.ofSeconds(1))).isFalse();
    assertThat(deadMan.isUp()).isTrue();
    assertThat(directory.resolve("dead-man.log")).content().contains("the lease is over");
  }

  @Test
  void goesOnWhileTheLeaseIsExtendedAndEndsWhenThereIsNothingToGuard() throws Exception {
    Process own = process("postgres", data);
    file.write(new LeaseFile.Span(BootClock.nanos(), 2 * SECOND));
    start();
    long began = BootClock.nanos();
    while (BootClock.nanos() - began < 3 * SECOND) {
      file.write(new LeaseFile.Span(BootClock.nanos(), 2 * SECOND));
      assertThat(own.isAlive()).isTrue();
    }
    file.release();
    await(() -> !deadMan.isUp());
    assertThat(own.isAlive()).isTrue();
  }

  @Test
  void whatItCannotReadExtendsNothing() throws Exception {
    Process own = process("postgres", data);
    file.write(new LeaseFile.Span(BootClock.nanos(), 2 * SECOND));
    start();
    Files.writeString(file.path(), "1 leased");
    awaitEnd(own);
  }

  @Test
  void findsProcessesWhoseDirectoryWasRemoved() throws Exception {
    Process own = process("postgres", data);
    file.write(new LeaseFile.Span(BootClock.nanos(), SECOND));
    start();
    Files.delete(data);
    awaitEnd(own);
  }

  @Test
  void isThereOnceAndComesBackWhenItIsKilled() throws Exception {
    file.write(new LeaseFile.Span(BootClock.nanos(), 600 * SECOND));
    start();
    long first = number().orElseThrow();
    Process another =
        new ProcessBuilder(
                "sh",
                directory.resolve("dead-man.sh").toString(),
                file.path().toString(),
                data.toRealPath().toString())
            .start();
    awaitEnd(another);
    assertThat(another.exitValue()).isZero();
    assertThat(number()).contains(first);
    ProcessHandle.of(first).orElseThrow().destroyForcibly();
    await(() -> !deadMan.isUp());
    start();
    assertThat(number()).isNotEqualTo(Optional.of(first));
  }

  @Test
  void anotherBootsLeaseIsNotItsMatter() throws Exception {
    Process own = process("postgres", data);
    new LeaseFile(file.path(), "another-boot").write(new LeaseFile.Span(0, 1));
    start(() -> Files.exists(directory.resolve("lease.guard")));
    assertThat(own.waitFor(Duration.ofMillis(500))).isFalse();
    assertThat(deadMan.isUp()).isFalse();
  }

  @Test
  void saysWhenItDoesNotComeUp() throws Exception {
    Files.createDirectory(directory.resolve("lease.guard"));
    file.write(new LeaseFile.Span(BootClock.nanos(), 600 * SECOND));
    AtomicReference<String> said = new AtomicReference<>("");
    await(() -> {
      try {
        deadMan.ensure();
      } catch (HoldfastException e) {
        said.set(e.describe());
      }
      return !said.get().isEmpty();
    });
    assertThat(said.get()).contains("does not come up", "dead-man.log");
    assertThat(deadMan.isComing()).isFalse();
    assertThat(directory.resolve("dead-man.log")).content().contains("lease.guard");
  }
}

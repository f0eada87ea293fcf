package dev.holdfast.postgres.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.ClusterSandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that have children, as {@code pg_basebackup} has one. */
class ProgramGroupTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;

  private static void await(BooleanSupplier there) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!there.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).isNegative();
      LockSupport.parkNanos(5_000_000L);
    }
  }

  /** A program whose child tells its number, and neither of which ends by itself. */
  private List<String> endless(Path number) {
    return List.of(
        "sh",
        "-c",
        "sleep 1000 & echo $! > '%1$s.new'; mv '%1$s.new' '%1$s'; sleep 1000".formatted(number));
  }

  /** Ended, or a zombie that its parent has not waited for. */
  private static boolean ended(Path number) {
    try {
      String pid = Files.readString(number).strip();
      Path status = Path.of("/proc", pid, "stat");
      return !Files.exists(status) || Files.readString(status).contains(") Z ");
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void endsAProgramThatNobodyWantsAnyMoreWithItsChildrenAndNobodyElse() throws Exception {
    Path number = directory.resolve("child");
    Process other = new ProcessBuilder("sleep", "1000").start();
    try {
      assertThatThrownBy(() ->
              ExternalProgram.run(endless(number), Map.of(), PATIENCE, () -> Files.exists(number)))
          .isInstanceOfSatisfying(
              HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TERM));
      assertThat(ended(number)).isTrue();
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void givesWhatAProgramSaidThatWasWantedToItsEnd() {
    ExternalProgram.Result result =
        ExternalProgram.run(List.of("sh", "-c", "echo a; exit 3"), Map.of(), PATIENCE, () -> false);
    assertThat(result).isEqualTo(new ExternalProgram.Result(3, "a\n", ""));
  }

  @Test
  void endsWhatAnEarlierProcessHasLeftAndNothingOfAnotherDataDirectory() throws Exception {
    ServerControl ours = control("ours");
    ServerControl others = control("others");
    Path left = directory.resolve("left");
    Path foreign = directory.resolve("foreign");
    Thread leaving = run(ours, left, () -> false);
    Thread staying = run(others, foreign, () -> Files.exists(directory.resolve("end")));
    await(() -> Files.exists(left) && Files.exists(foreign));

    ours.endLeftPrograms();
    assertThat(leaving.join(PATIENCE)).isTrue();
    assertThat(ended(left)).isTrue();
    assertThat(ended(foreign)).isFalse();
    ours.runAlone(List.of("true"), PATIENCE).orThrow("take the lock");

    Files.createFile(directory.resolve("end"));
    assertThat(staying.join(PATIENCE)).isTrue();
    assertThat(ended(foreign)).isTrue();
  }

  private ServerControl control(String name) throws IOException {
    Path home = Files.createDirectory(directory.resolve(name));
    return new ServerControl(
        ClusterSandbox.installation(18), home.resolve("data"), home.resolve("log"), Map.of());
  }

  private Thread run(ServerControl control, Path number, BooleanSupplier unwanted) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            control.runAlone(endless(number), PATIENCE.multipliedBy(2), unwanted);
          } catch (HoldfastException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.TERM);
          }
        });
  }
}

package dev.holdfast.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locks and stop files between us and the real pgBackRest, before and after 2.53. */
class PgbackrestLocksTest {
  private static final String OLD = "/usr/bin/pgbackrest";
  private static final String NEW = "/var/cache/holdfast/trixie/pgbackrest-newer";
  private static final String INITDB = "/usr/lib/postgresql/15/bin/initdb";
  private static final StanzaName MAIN = new StanzaName("main");
  private static final int LOCK_EXIT_CODE = 50;
  private static final int STOP_EXIT_CODE = 62;

  @TempDir Path directory;
  private Path lockPath;
  private StanzaLocks ours;
  private String pgbackrest = OLD;

  @BeforeEach
  void makeLocks() {
    lockPath = directory.resolve("lock");
    ours = new StanzaLocks(lockPath, "41-0000002a", ProcessHandle.current().pid());
  }

  @ParameterizedTest
  @ValueSource(strings = {OLD, NEW})
  void keepsPgbackrestOutWhileHeld(String program) throws Exception {
    createStanza(program);
    assertThat(run("expire", "--repo1-retention-full=1").exitCode()).isZero();
    try (HeldLocks held = ours.acquire(MAIN, EnumSet.of(LockKind.BACKUP), List.of(1))) {
      assertThat(held).isNotNull();
      Result refused = run("expire", "--repo1-retention-full=1");
      assertThat(refused.exitCode()).as(refused.output()).isEqualTo(LOCK_EXIT_CODE);
    }
    assertThat(run("expire", "--repo1-retention-full=1").exitCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {OLD, NEW})
  void showsItsProgressInPgbackrestsInfo(String program) throws Exception {
    createStanza(program);
    assertThat(run("info", "--output=json").output()).contains("\"backup\":{\"held\":false");
    try (HeldLocks held = ours.acquire(MAIN, EnumSet.of(LockKind.BACKUP), List.of(1))) {
      held.progress(20_000, 9_090);
      Result info = run("info", "--output=json");
      assertThat(info.output())
          .contains("\"backup\":{\"held\":true")
          .containsAnyOf(
              "\"size\":20000,\"size-cplt\":9090", "\"pct-cplt\":4545", "\"held\":true}");
    }
    assertThat(run("info", "--output=json").output()).contains("\"backup\":{\"held\":false");
  }

  @ParameterizedTest
  @ValueSource(strings = {OLD, NEW})
  void honoursEachOthersStopFiles(String program) throws Exception {
    createStanza(program);
    StopFiles stops = new StopFiles(lockPath);
    assertThat(run("stop").exitCode()).isZero();
    assertThatThrownBy(() -> stops.refuseWhenStopped(MAIN))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STOP));
    assertThat(stops.remove(MAIN)).isTrue();
    assertThat(run("expire", "--repo1-retention-full=1").exitCode()).isZero();

    assertThat(stops.create(null)).isTrue();
    assertThat(run("expire", "--repo1-retention-full=1").exitCode()).isEqualTo(STOP_EXIT_CODE);
    assertThat(stops.remove(null)).isTrue();
    assertThat(stops.create(MAIN)).isTrue();
    assertThat(run("expire", "--repo1-retention-full=1").exitCode()).isEqualTo(STOP_EXIT_CODE);
    assertThat(run("start").exitCode()).isZero();
    assertThat(stops.exists(MAIN)).isFalse();
  }

  private record Result(int exitCode, String output) {}

  private void createStanza(String program) throws IOException, InterruptedException {
    assumeThat(Path.of(program)).isExecutable();
    assumeThat(Path.of(INITDB)).isExecutable();
    pgbackrest = program;
    Files.createDirectories(directory.resolve("repo"));
    Path data = directory.resolve("data");
    List<String> initdb = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      // initdb refuses root.
      Files.setAttribute(directory, "unix:mode", 0777);
      initdb.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
    }
    initdb.addAll(List.of(INITDB, "--no-sync", "-D", data.toString()));
    Result made = run(initdb);
    assertThat(made.exitCode()).as(made.output()).isZero();
    Result created = run("stanza-create", "--no-online", "--pg1-path=" + data);
    assertThat(created.exitCode()).as(created.output()).isZero();
  }

  private Result run(String verb, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(pgbackrest, verb, "--config=/dev/null", "--stanza=main"));
    command.add("--lock-path=" + lockPath);
    command.add("--log-level-file=off");
    if (!verb.equals("stop") && !verb.equals("start")) {
      command.add("--repo1-path=" + directory.resolve("repo"));
    }
    command.addAll(List.of(options));
    return run(command);
  }

  private static Result run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    return new Result(process.waitFor(), output);
  }
}

package dev.holdfast.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.lock.StanzaLocks.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StanzaLocksTest {
  private static final StanzaName MAIN = new StanzaName("main");
  private static final Set<LockKind> BACKUP = EnumSet.of(LockKind.BACKUP);

  @TempDir Path directory;
  private Path lockPath;
  private StanzaLocks ours;
  private StanzaLocks theirs;

  @BeforeEach
  void makeLocks() {
    lockPath = directory.resolve("lock");
    ours = new StanzaLocks(lockPath, "41-0000002a", 41);
    theirs = new StanzaLocks(lockPath, "42-0000002b", 42);
  }

  @Test
  void takesBothNamesOfEveryLock() throws IOException {
    try (HeldLocks held = ours.acquire(MAIN, EnumSet.allOf(LockKind.class), List.of(1, 3))) {
      assertThat(held).isNotNull();
      assertThat(files())
          .containsExactlyInAnyOrder(
              "main-archive.lock",
              "main-archive-1.lock",
              "main-archive-3.lock",
              "main-backup.lock",
              "main-backup-1.lock",
              "main-backup-3.lock",
              "main-restore.lock",
              "main-restore-1.lock",
              "main-restore-3.lock");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void refusesWhatAnotherHoldsAndLeavesNothingOfTheAttempt() throws IOException {
    try (HeldLocks held = theirs.acquire(MAIN, BACKUP, List.of(2))) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> ours.acquire(MAIN, EnumSet.allOf(LockKind.class), List.of(1, 2)))
          .isInstanceOfSatisfying(
              HoldfastException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.LOCK_ACQUIRE);
                assertThat(e.hints())
                    .containsExactly("Is another Holdfast or pgBackRest process running?");
              })
          .hasMessageContaining("main-backup-2.lock")
          .hasMessageContaining("process 42");
      assertThat(files()).containsExactlyInAnyOrder("main-backup.lock", "main-backup-2.lock");
    }
  }

  @Test
  void letsTwoWorkOnDifferentRepositoriesAndStanzas() throws IOException {
    try (HeldLocks first = ours.acquire(MAIN, BACKUP, List.of(1));
        HeldLocks other = theirs.acquire(new StanzaName("main2"), BACKUP, List.of(1))) {
      HeldLocks second = theirs.acquire(MAIN, BACKUP, List.of(2));
      second.progress(10, 5);
      second.close();
      second.close();
      assertThat(first).isNotSameAs(other);
      assertThat(files())
          .containsExactlyInAnyOrder(
              "main-backup.lock", "main-backup-1.lock", "main2-backup.lock", "main2-backup-1.lock");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void tellsHowFarTheHolderHasCome() throws IOException {
    assertThat(ours.state(MAIN, LockKind.BACKUP, 1)).isEqualTo(new State.Free());
    try (HeldLocks held = theirs.acquire(MAIN, BACKUP, List.of(1))) {
      assertThat(ours.state(MAIN, LockKind.BACKUP, 1))
          .isEqualTo(new State.Held(Optional.of(new LockContent("42-0000002b", 42, null))));
      held.progress(20_000, 9_090);
      assertThat(ours.state(MAIN, LockKind.BACKUP, 1))
          .isEqualTo(
              new State.Held(
                  Optional.of(
                      new LockContent(
                          "42-0000002b", 42, new LockContent.Progress(20_000, 9_090)))));
      assertThat(lockPath.resolve("main-backup-1.lock"))
          .hasContent(
              "{\"execId\":\"42-0000002b\",\"pctCplt\":4545,\"pid\":42,"
                  + "\"sz\":20000,\"szCplt\":9090}");
      assertThat(ours.state(MAIN, LockKind.BACKUP, 2)).isEqualTo(new State.Free());
    }
    assertThat(ours.state(MAIN, LockKind.BACKUP, 1)).isEqualTo(new State.Free());
  }

  @Test
  void takesOverTheFileOfADeadHolder() throws IOException {
    Files.createDirectories(lockPath);
    Files.writeString(lockPath.resolve("main-backup-1.lock"), "{\"execId\":\"7-0\",\"pid\":7}");

    assertThat(ours.state(MAIN, LockKind.BACKUP, 1)).isEqualTo(new State.Free());
    try (HeldLocks held = ours.acquire(MAIN, BACKUP, List.of(1))) {
      assertThat(held).isNotNull();
      assertThat(lockPath.resolve("main-backup-1.lock"))
          .hasContent("{\"execId\":\"41-0000002a\",\"pid\":41}");
    }
  }

  @Test
  void isNotFooledWhenItsFileIsRemovedWhileItIsHeld() throws IOException {
    HeldLocks robbed = ours.acquire(MAIN, BACKUP, List.of(1));
    Files.delete(lockPath.resolve("main-backup-1.lock"));
    Files.delete(lockPath.resolve("main-backup.lock"));
    try (HeldLocks next = theirs.acquire(MAIN, BACKUP, List.of(1))) {
      robbed.close();
      next.progress(1, 1);
      assertThat(files()).containsExactlyInAnyOrder("main-backup.lock", "main-backup-1.lock");
      assertThat(ours.state(MAIN, LockKind.BACKUP, 1)).isInstanceOf(State.Held.class);
    }
  }

  @Test
  void readsContentAsPgbackrestWritesIt() {
    assertThat(parse("{\"execId\":\"838-c9b0ab6e\",\"pid\":838}"))
        .contains(new LockContent("838-c9b0ab6e", 838, null));
    assertThat(parse("{\"execId\":\"1-0\",\"pctCplt\":0,\"pid\":1,\"sz\":5,\"szCplt\":0}\n"))
        .contains(new LockContent("1-0", 1, new LockContent.Progress(5, 0)));
    assertThat(parse("{\"execId\":\"1-0\",\"percentComplete\":12,\"pid\":1}"))
        .contains(new LockContent("1-0", 1, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "{\"execId\":\"1-0\",\"pid\":1",
        "{\"execId\":\"1-0\"}",
        "{\"execId\":\"1-0\",\"pid\":\"1\"}",
        "{\"execId\":\"1-0\",\"pid\":1,garbage}",
        "{\"execId\":\"1-0\",\"pid\":99999999999999999999999999}",
        "838\n"
      })
  void readsNothingFromWhatIsNoContent(String text) {
    assertThat(parse(text)).isEmpty();
  }

  private static Optional<LockContent> parse(String text) {
    return LockContent.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(lockPath)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}

package dev.holdfast.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopFilesTest {
  private static final StanzaName MAIN = new StanzaName("main");
  private static final StanzaName OTHER = new StanzaName("main2");

  @TempDir Path directory;

  @Test
  void refusesTheStoppedStanzaOnly() {
    StopFiles files = new StopFiles(directory.resolve("lock"));
    assertThatCode(() -> files.refuseWhenStopped(MAIN)).doesNotThrowAnyException();
    assertThat(files.create(MAIN)).isTrue();
    assertThat(files.create(MAIN)).isFalse();

    assertStopped(files, MAIN, "for stanza main");
    assertThatCode(() -> files.refuseWhenStopped(OTHER)).doesNotThrowAnyException();
    assertThatCode(() -> files.refuseWhenStopped(null)).doesNotThrowAnyException();
    assertThat(files.remove(MAIN)).isTrue();
    assertThat(files.remove(MAIN)).isFalse();
    assertThatCode(() -> files.refuseWhenStopped(MAIN)).doesNotThrowAnyException();
  }

  @Test
  void refusesAllStanzas() {
    StopFiles files = new StopFiles(directory);
    assertThat(files.create(null)).isTrue();

    assertStopped(files, MAIN, "for all stanzas");
    assertStopped(files, null, "for all stanzas");
    assertThat(files.exists(MAIN)).isFalse();
    assertThat(directory.resolve("all.stop")).isEmptyFile();
  }

  @Test
  void findsThoseWhoHoldLocks() {
    StopFiles files = new StopFiles(directory);
    assertThat(files.lockFiles(null)).isEmpty();
    StanzaLocks locks = new StanzaLocks(directory, "41-0", 41);
    try (HeldLocks held = locks.acquire(MAIN, EnumSet.of(LockKind.BACKUP), List.of(1));
        HeldLocks other = locks.acquire(OTHER, EnumSet.of(LockKind.ARCHIVE), List.of(1))) {
      assertThat(held).isNotSameAs(other);
      assertThat(files.lockFiles(MAIN))
          .contains(
              new StopFiles.LockFile(
                  directory.resolve("main-backup-1.lock"),
                  java.util.Optional.of(new LockContent("41-0", 41, null))));
      assertThat(files.lockFiles(MAIN)).hasSize(2);
      assertThat(files.lockFiles(null)).hasSize(4);
    }
  }

  private static void assertStopped(StopFiles files, StanzaName stanza, String text) {
    assertThatThrownBy(() -> files.refuseWhenStopped(stanza))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STOP))
        .hasMessageContaining(text);
  }
}

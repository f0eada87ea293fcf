package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The monitor's files: whole, private, one monitor's, and never forgotten. */
class StateDirectoryTest {
  @TempDir Path path;

  private static StoredCluster cluster(String name) {
    return StoredCluster.of(
        name, "secret", ClusterState.forming(Settings.DEFAULT, 0), Map.of(), List.of());
  }

  private static void refuses(ErrorCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(message)
        .satisfies(error -> assertThat(((HoldfastException) error).code()).isEqualTo(code));
  }

  @Test
  void readsWhatItWroteInFilesOfItsUserAlone() throws IOException {
    try (StateDirectory directory = StateDirectory.open(path.resolve("new"))) {
      directory.write(cluster("b"));
      directory.write(cluster("a"));
      directory.write(cluster("a"));
    }
    Files.writeString(path.resolve("new/a.json.hftmp"), "{\"for");
    try (StateDirectory directory = StateDirectory.open(path.resolve("new"))) {
      assertThat(directory.read()).containsExactly(cluster("a"), cluster("b"));
    }
    assertThat(path.resolve("new/a.json.hftmp")).doesNotExist();
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(path.resolve("new/a.json"))))
        .isEqualTo("rw-------");
  }

  @Test
  void refusesASecondMonitorUntilTheFirstIsGone() {
    try (StateDirectory first = StateDirectory.open(path)) {
      refuses(ErrorCode.LOCK_ACQUIRE, "another monitor", () -> StateDirectory.open(path));
      first.write(cluster("a"));
    }
    StateDirectory.open(path).close();
  }

  @Test
  void refusesWhatItDoesNotUnderstand() throws IOException {
    try (StateDirectory directory = StateDirectory.open(path)) {
      directory.write(cluster("a"));
      Path file = path.resolve("a.json");
      String whole = Files.readString(file);

      Files.writeString(file, whole.substring(0, whole.length() / 2));
      refuses(ErrorCode.FILE_INVALID, "a.json", directory::read);
      Files.writeString(file, "");
      refuses(ErrorCode.FILE_INVALID, "a.json", directory::read);
      Files.writeString(file, whole.replace("\"epoch\"", "\"epic\""));
      refuses(ErrorCode.FILE_INVALID, "epoch", directory::read);
      Files.writeString(file, whole.replace("\"format\":1", "\"format\":2"));
      refuses(ErrorCode.VERSION_NOT_SUPPORTED, "format 2", directory::read);
      Files.writeString(file, whole);
      Files.copy(file, path.resolve("b.json"));
      refuses(ErrorCode.FILE_INVALID, "it is the state of cluster 'a'", directory::read);
    }
  }

  @Test
  void failsToWriteAndKeepsWhatWasThere() throws IOException {
    try (StateDirectory directory = StateDirectory.open(path)) {
      Files.writeString(path.resolve("a.json"), "what was there");
      Files.createDirectories(path.resolve("a.json.hftmp/full"));
      refuses(ErrorCode.FILE_WRITE, "a.json", () -> directory.write(cluster("a")));
      assertThat(path.resolve("a.json")).hasContent("what was there");
      Files.delete(path.resolve("a.json.hftmp/full"));
      Files.delete(path.resolve("a.json.hftmp"));
      directory.write(cluster("a"));
    }
  }
}

package dev.holdfast.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalPathTest {
  @TempDir Path directory;

  @Test
  void anAbsolutePathStaysAsItIs() {
    assertThat(WalPath.resolve("/a/b", Optional.empty(), directory, "archive-push"))
        .isEqualTo(Path.of("/a/b"));
  }

  @Test
  void aRelativePathIsInTheDataDirectoryAlsoWhenThatIsALink() throws IOException {
    Path data = Files.createDirectory(directory.resolve("data"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), data);

    assertThat(WalPath.resolve("pg_wal/x", Optional.of(link), data, "archive-push"))
        .isEqualTo(link.resolve("pg_wal/x"));
  }

  @Test
  void refusesARelativePathOfAnotherDirectory() throws IOException {
    Path data = Files.createDirectory(directory.resolve("data"));

    assertThatThrownBy(
            () -> WalPath.resolve("pg_wal/x", Optional.of(data), directory, "archive-push"))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_INVALID_VALUE));
    assertThatThrownBy(() -> WalPath.resolve("x", Optional.empty(), directory, "archive-push"))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_REQUIRED));
  }
}

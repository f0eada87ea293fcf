package dev.holdfast.storage.posix;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemFlushTest {
  @TempDir Path directory;

  @Test
  void flushesTheFileSystemOfADirectory() throws Exception {
    Files.writeString(directory.resolve("a"), "b");
    assertThatCode(() -> FileSystemFlush.flush(directory)).doesNotThrowAnyException();
  }

  @Test
  void saysWhichPathCannotBeOpened() {
    assertThatThrownBy(() -> FileSystemFlush.flush(directory.resolve("gone")))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("gone")
        .hasMessageContaining("No such file");
  }
}

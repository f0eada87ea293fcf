package dev.holdfast.storage.posix;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class PosixStorageContractTest {
  @Nested
  class OnTheDiskOfTheTests extends StorageContract {
    @TempDir Path directory;

    @Override
    protected Storage emptyStorage() {
      return new PosixStorage(directory.resolve("missing yet/repository"));
    }
  }

  @Nested
  class OnTmpfs extends StorageContract {
    private static final Path TMPFS = Path.of("/dev/shm");
    private Path directory;

    @Override
    protected Storage emptyStorage() {
      assumeThat(TMPFS).isWritable();
      try {
        directory = Files.createTempDirectory(TMPFS, "holdfast");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new PosixStorage(directory.resolve("repository"));
    }

    @AfterEach
    void removeDirectory() {
      PosixDirectories.removeTree(directory);
    }
  }
}

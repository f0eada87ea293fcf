package dev.holdfast.storage.remote;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract through a process of its own. */
class RemoteStorageContractTest extends StorageContract {
  @TempDir Path directory;
  private final List<RemoteStorage> opened = new ArrayList<>();

  @Override
  protected Storage emptyStorage() {
    RemoteStorage storage =
        new RemoteStorage(
            "elsewhere",
            ServedDirectory.command(directory.resolve("missing yet/repository")),
            Duration.ofSeconds(60));
    opened.add(storage);
    return storage;
  }

  @AfterEach
  void close() {
    opened.forEach(RemoteStorage::close);
  }
}

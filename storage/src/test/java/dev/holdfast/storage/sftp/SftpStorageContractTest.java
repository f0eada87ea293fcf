package dev.holdfast.storage.sftp;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class SftpStorageContractTest {
  @TempDir static Path directory;
  private static OpenSshServer openSsh;
  private static final AtomicInteger STORES = new AtomicInteger();

  private final List<SftpStorage> opened = new ArrayList<>();

  @BeforeAll
  static void startServers() {
    openSsh = OpenSshServer.start(directory.resolve("openssh"));
  }

  @AfterAll
  static void stopServers() {
    openSsh.close();
  }

  @AfterEach
  void closeStorages() {
    opened.forEach(SftpStorage::close);
  }

  private Storage open(SftpSettings settings) {
    SftpStorage storage = new SftpStorage(settings);
    opened.add(storage);
    return storage;
  }

  private static Path newRoot() {
    return directory.resolve("missing yet/" + STORES.incrementAndGet());
  }

  @Nested
  class WithOpenSsh extends StorageContract {
    @Override
    protected Storage emptyStorage() {
      return open(openSsh.settings(newRoot()));
    }
  }
}

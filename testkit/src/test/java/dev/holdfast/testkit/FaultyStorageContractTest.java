package dev.holdfast.testkit;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageContract;
import dev.holdfast.storage.memory.MemoryStorage;
import dev.holdfast.storage.posix.PosixStorage;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class FaultyStorageContractTest {
  @Nested
  class WithoutFaultsInMemory extends StorageContract {
    @Override
    protected Storage emptyStorage() {
      return new FaultyStorage(new MemoryStorage(), Faults.none());
    }
  }

  @Nested
  class WithoutFaultsOnDisk extends StorageContract {
    @TempDir Path directory;

    @Override
    protected Storage emptyStorage() {
      return new FaultyStorage(new PosixStorage(directory), Faults.none());
    }
  }

  @Nested
  class WithFaultsThatTheContractAllows extends StorageContract {
    @Override
    protected Storage emptyStorage() {
      return new FaultyStorage(
          new MemoryStorage(), Faults.randomly(7, Map.of(Fault.SHORT_READ, 0.5, Fault.DELAY, 0.1)));
    }
  }
}

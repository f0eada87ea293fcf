package dev.holdfast.storage.memory;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageContract;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Nested;

class MemoryStorageTest {
  @Nested
  class LikeAFileSystem extends StorageContract {
    @Override
    protected Storage emptyStorage() {
      return new MemoryStorage();
    }
  }

  @Nested
  class LikeABucket extends StorageContract {
    @Override
    protected Storage emptyStorage() {
      return new MemoryStorage(Set.of(), InstantSource.system());
    }
  }
}

package dev.holdfast.storage.throttle;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageContract;
import dev.holdfast.storage.memory.MemoryStorage;

/** A throttled storage does what any other does. */
class ThrottledStorageTest extends StorageContract {
  @Override
  protected Storage emptyStorage() {
    return new ThrottledStorage(new MemoryStorage(), new Bandwidth(1L << 30));
  }
}

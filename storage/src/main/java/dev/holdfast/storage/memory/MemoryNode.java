package dev.holdfast.storage.memory;

import dev.holdfast.storage.StorageEntry;
import java.time.Instant;

/** What a name of a {@link MemoryStorage} stands for. */
sealed interface MemoryNode {
  /** The entry under a name. */
  StorageEntry entry(String name);

  /** Bytes, never changed in place. */
  @SuppressWarnings("ArrayRecordComponent")
  record File(byte[] content, Instant modified) implements MemoryNode {
    @Override
    public StorageEntry entry(String name) {
      return new StorageEntry(name, StorageEntry.Type.FILE, content.length, modified, null);
    }
  }

  /** Names below it. */
  record Directory(Instant modified) implements MemoryNode {
    @Override
    public StorageEntry entry(String name) {
      return new StorageEntry(name, StorageEntry.Type.PATH, 0, modified, null);
    }
  }

  /** Another name. */
  record Link(String target, Instant modified) implements MemoryNode {
    @Override
    public StorageEntry entry(String name) {
      return new StorageEntry(name, StorageEntry.Type.LINK, 0, modified, target);
    }
  }
}

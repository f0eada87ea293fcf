package dev.holdfast.storage.throttle;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageFeature;
import dev.holdfast.storage.StorageOutput;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A storage whose files are read and written no faster than a bandwidth allows. */
public final class ThrottledStorage implements Storage {
  private final Storage storage;
  private final Bandwidth bandwidth;

  /** Throttles a storage; others may share the bandwidth. */
  public ThrottledStorage(Storage storage, Bandwidth bandwidth) {
    this.storage = storage;
    this.bandwidth = bandwidth;
  }

  @Override
  public Set<StorageFeature> features() {
    return storage.features();
  }

  @Override
  public String name() {
    return storage.name();
  }

  @Override
  public Optional<StorageEntry> info(String path) {
    return storage.info(path);
  }

  @Override
  public List<StorageEntry> list(String path) {
    return storage.list(path);
  }

  @Override
  public List<StorageEntry> list(String path, String prefix) {
    return storage.list(path, prefix);
  }

  @Override
  public InputStream read(String path) {
    return new ThrottledInput(storage.read(path), bandwidth);
  }

  @Override
  public InputStream read(String path, long offset, long length) {
    return new ThrottledInput(storage.read(path, offset, length), bandwidth);
  }

  @Override
  public StorageOutput write(String path) {
    return new ThrottledOutput(storage.write(path), bandwidth);
  }

  @Override
  public StorageOutput writeExclusive(String path) {
    return new ThrottledOutput(storage.writeExclusive(path), bandwidth);
  }

  @Override
  public StorageBatch batch() {
    StorageBatch batch = storage.batch();
    return new StorageBatch() {
      @Override
      public StorageOutput write(String path) {
        return new ThrottledOutput(batch.write(path), bandwidth);
      }

      @Override
      public void sync() {
        batch.sync();
      }

      @Override
      public void close() {
        batch.close();
      }
    };
  }

  @Override
  public void createPath(String path) {
    storage.createPath(path);
  }

  @Override
  public void remove(String path) {
    storage.remove(path);
  }

  @Override
  public void removeTree(String path) {
    storage.removeTree(path);
  }

  @Override
  public void move(String from, String to) {
    storage.move(from, to);
  }

  @Override
  public void syncPath(String path) {
    storage.syncPath(path);
  }

  @Override
  public void createLink(String link, String target) {
    storage.createLink(link, target);
  }

  @Override
  public void createHardLink(String existing, String link) {
    storage.createHardLink(existing, link);
  }
}

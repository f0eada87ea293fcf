package dev.holdfast.testkit;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageFeature;
import dev.holdfast.storage.StorageOutput;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A store that fails, lies, truncates and damages as it is told to. Without faults it keeps the
 * contract of the store behind it.
 */
public final class FaultyStorage implements Storage {
  private static final Duration LONGEST_DELAY = Duration.ofMillis(1);

  private final Storage storage;
  private final Faults faults;

  /** A store whose operations go wrong when the faults say so. */
  public FaultyStorage(Storage storage, Faults faults) {
    this.storage = storage;
    this.faults = faults;
  }

  /** When what goes wrong. */
  public Faults faults() {
    return faults;
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
    before(ErrorCode.FILE_INFO, "info of", path);
    return storage.info(path);
  }

  @Override
  public List<StorageEntry> list(String path) {
    before(ErrorCode.PATH_OPEN, "list of", path);
    return storage.list(path);
  }

  @Override
  public InputStream read(String path) {
    before(ErrorCode.FILE_OPEN, "opening of", path);
    return new FaultyInput(path, storage.read(path), this);
  }

  @Override
  public InputStream read(String path, long offset, long length) {
    before(ErrorCode.FILE_OPEN, "opening of", path);
    return new FaultyInput(path, storage.read(path, offset, length), this);
  }

  @Override
  public StorageOutput write(String path) {
    before(ErrorCode.FILE_OPEN, "opening for writing of", path);
    return new FaultyOutput(path, storage.write(path), this);
  }

  @Override
  public StorageOutput writeExclusive(String path) {
    before(ErrorCode.FILE_OPEN, "opening for writing of", path);
    return new FaultyOutput(path, storage.writeExclusive(path), this);
  }

  @Override
  public StorageBatch batch() {
    StorageBatch batch = storage.batch();
    return new StorageBatch() {
      @Override
      public StorageOutput write(String path) {
        before(ErrorCode.FILE_OPEN, "opening for writing of", path);
        return new FaultyOutput(path, batch.write(path), FaultyStorage.this);
      }

      @Override
      public void sync() {
        before(ErrorCode.FILE_SYNC, "sync of a batch in", name());
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
    before(ErrorCode.PATH_CREATE, "creation of", path);
    storage.createPath(path);
  }

  @Override
  public void remove(String path) {
    before(ErrorCode.FILE_REMOVE, "removal of", path);
    storage.remove(path);
  }

  @Override
  public void removeTree(String path) {
    before(ErrorCode.PATH_REMOVE, "removal of", path);
    storage.removeTree(path);
  }

  @Override
  public void move(String from, String to) {
    before(ErrorCode.FILE_MOVE, "move of", from);
    storage.move(from, to);
  }

  @Override
  public void syncPath(String path) {
    before(ErrorCode.PATH_SYNC, "sync of", path);
    storage.syncPath(path);
  }

  @Override
  public void createLink(String link, String target) {
    before(ErrorCode.FILE_WRITE, "linking of", link);
    storage.createLink(link, target);
  }

  @Override
  public void createHardLink(String existing, String link) {
    before(ErrorCode.FILE_WRITE, "linking of", link);
    storage.createHardLink(existing, link);
  }

  /** Whether a fault that is not a plain failure happens now. */
  boolean strikes(Fault fault, String operation, String path) {
    return faults.strikes(fault, operation + " '" + path + "'");
  }

  /** Delays the operation, or fails it. */
  void before(ErrorCode code, String operation, String path) {
    if (strikes(Fault.DELAY, operation, path)) {
      LockSupport.parkNanos(LONGEST_DELAY.toNanos() * (1 + path.length() % 4) / 4);
    }
    if (strikes(Fault.FAILURE, operation, path)) {
      throw injected(code, operation, path);
    }
  }

  /** The error that stands for anything that can go wrong in a store. */
  HoldfastException injected(ErrorCode code, String operation, String path) {
    return new HoldfastException(
        code, "injected failure in the " + operation + " '" + path + "' in " + name());
  }
}

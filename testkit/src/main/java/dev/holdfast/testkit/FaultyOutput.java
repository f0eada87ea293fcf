package dev.holdfast.testkit;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageOutput;

/** A file being written to a {@link FaultyStorage}. */
final class FaultyOutput extends StorageOutput {
  private final String path;
  private final StorageOutput output;
  private final FaultyStorage storage;

  FaultyOutput(String path, StorageOutput output, FaultyStorage storage) {
    this.path = path;
    this.output = output;
    this.storage = storage;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    storage.before(ErrorCode.FILE_WRITE, "write of", path);
    if (storage.strikes(Fault.DISK_FULL, "write of", path)) {
      // A real disk takes a part first.
      output.write(bytes, offset, length / 2);
      throw new HoldfastException(
          ErrorCode.FILE_WRITE,
          "unable to write '" + path + "': injected lack of space",
          "The file system that holds '" + path + "' is full: free space or inodes on it.");
    }
    output.write(bytes, offset, length);
  }

  @Override
  public void commit() {
    storage.before(ErrorCode.FILE_SYNC, "commit of", path);
    if (storage.strikes(Fault.LOST_COMMIT, "commit of", path)) {
      output.close();
      return;
    }
    output.commit();
    if (storage.strikes(Fault.UNREPORTED_COMMIT, "commit of", path)) {
      throw storage.injected(ErrorCode.FILE_CLOSE, "answer to the commit of", path);
    }
  }

  @Override
  public void close() {
    output.close();
  }
}

package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageOutput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The files and batches that a client has open. */
final class RemoteHandles {
  /** As much of a file as goes with the answer to its opening. */
  static final int FIRST_BYTES = 64 * 1024;

  private static final class Open {
    private final Closeable what;
    private @Nullable HoldfastException failure;

    Open(Closeable what) {
      this.what = what;
    }
  }

  private final Storage storage;
  private final AtomicInteger lastHandle = new AtomicInteger();
  private final Map<Integer, Open> open = new ConcurrentHashMap<>();

  RemoteHandles(Storage storage) {
    this.storage = storage;
  }

  private int add(Closeable what) {
    int handle = lastHandle.incrementAndGet();
    open.put(handle, new Open(what));
    return handle;
  }

  private Open find(int handle) {
    Open found = open.get(handle);
    if (found == null) {
      throw new HoldfastException(ErrorCode.PROTOCOL, "nothing is open as number " + handle);
    }
    if (found.failure != null) {
      throw found.failure;
    }
    return found;
  }

  void openRead(String path, long offset, long length, Frame answer) {
    InputStream input = length < 0 ? storage.read(path) : storage.read(path, offset, length);
    int wanted = length < 0 ? FIRST_BYTES : (int) Math.min(length, FIRST_BYTES);
    byte[] first = bytes(input, wanted);
    boolean all = first.length < FIRST_BYTES;
    if (all) {
      close(input);
    }
    answer.put(all ? 0 : add(input)).put(first, 0, first.length).put(all);
  }

  void read(int handle, int length, Frame answer) {
    Open found = find(handle);
    try {
      byte[] bytes = bytes((InputStream) found.what, length);
      answer.put(bytes, 0, bytes.length);
    } catch (HoldfastException e) {
      found.failure = e;
      throw e;
    }
  }

  private static byte[] bytes(InputStream input, int length) {
    try {
      return input.readNBytes(length);
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read: " + e.getMessage(), e);
    }
  }

  int openWrite(String path, boolean exclusive, int batch) {
    if (batch != 0) {
      return add(((StorageBatch) find(batch).what).write(path));
    }
    return add(exclusive ? storage.writeExclusive(path) : storage.write(path));
  }

  void write(int handle, byte[] bytes) {
    Open found = find(handle);
    try {
      ((StorageOutput) found.what).write(bytes, 0, bytes.length);
    } catch (HoldfastException e) {
      found.failure = e;
      throw e;
    }
  }

  void commit(int handle) {
    Open found = find(handle);
    try {
      ((StorageOutput) found.what).commit();
    } catch (HoldfastException e) {
      found.failure = e;
      throw e;
    }
  }

  int openBatch() {
    return add(storage.batch());
  }

  void syncBatch(int handle) {
    ((StorageBatch) find(handle).what).sync();
  }

  void close(int handle) {
    Open found = open.remove(handle);
    if (found != null) {
      close(found.what);
    }
  }

  private static void close(Closeable what) {
    try {
      what.close();
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_CLOSE, "unable to close: " + e.getMessage(), e);
    }
  }

  /** What a client leaves open when it goes away, uncommitted files first of all. */
  void closeAll() {
    for (Integer handle : open.keySet()) {
      try {
        close(handle);
      } catch (HoldfastException e) {
        // The temporary file stays, as after a crash; nobody is left to hear of it.
      }
    }
  }
}

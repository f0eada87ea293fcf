package dev.holdfast.engine.lock;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.posix.Flock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Locks that are held for one task; closing gives them up. Thread-safe. */
public final class HeldLocks implements AutoCloseable {
  private final List<Flock> locks;
  private final LockContent holder;
  private boolean released;

  HeldLocks(List<Flock> locks, LockContent holder) {
    this.locks = List.copyOf(locks);
    this.holder = holder;
    write(holder);
  }

  /** No locks: for a verb that another process holds them for. */
  public static HeldLocks none() {
    return new HeldLocks(List.of(), new LockContent("", 0, null));
  }

  /** Tells those who look how far the task has come. Meant to be called about once a second. */
  public synchronized void progress(long bytes, long bytesComplete) {
    if (!released) {
      write(
          new LockContent(
              holder.executionId(),
              holder.processId(),
              new LockContent.Progress(bytes, bytesComplete)));
    }
  }

  private void write(LockContent content) {
    byte[] bytes = content.toBytes();
    for (Flock lock : locks) {
      lock.overwrite(bytes);
    }
  }

  /** Removes the files and gives the locks up; again does nothing. */
  @Override
  public synchronized void close() {
    if (!released) {
      released = true;
      release(locks);
    }
  }

  static void release(List<Flock> locks) {
    @Nullable HoldfastException first = null;
    for (Flock lock : locks.reversed()) {
      try {
        lock.removeAndClose();
      } catch (HoldfastException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}

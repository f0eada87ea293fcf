package dev.holdfast.engine.work;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Bounds how many threads compute at once, while more of them may wait for a disk or a network: a
 * file that is on its way leaves its processor to the next one. {@code process-max} is this bound.
 */
public final class ComputeSlots {
  /** Threads for each slot: one computes while the other's file is on its way. */
  private static final int THREADS_PER_SLOT = 2;

  private final Semaphore free;
  private final int slots;

  /**
   * Slots.
   *
   * @param slots how many threads compute at once, 1 and up
   */
  public ComputeSlots(int slots) {
    this.slots = slots;
    this.free = new Semaphore(slots, true);
  }

  /** How many threads keep the slots busy. */
  public int threads() {
    return slots * THREADS_PER_SLOT;
  }

  /** Works when a slot is free, and holds it meanwhile. */
  public <T> T compute(Supplier<T> work) {
    free.acquireUninterruptibly();
    try {
      return work.get();
    } finally {
      free.release();
    }
  }

  /** Waits for something without the slot that this thread holds. */
  public <T> T await(Supplier<T> transfer) {
    free.release();
    try {
      return transfer.get();
    } finally {
      free.acquireUninterruptibly();
    }
  }

  /** A stream whose reads are waited for without the slot that the reading thread holds. */
  public InputStream reading(InputStream stream) {
    return new FilterInputStream(stream) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        free.release();
        try {
          return in.read(bytes, offset, length);
        } finally {
          free.acquireUninterruptibly();
        }
      }
    };
  }
}

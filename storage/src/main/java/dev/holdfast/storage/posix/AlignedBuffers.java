package dev.holdfast.storage.posix;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of page-aligned buffers outside the heap, made when first needed and kept.
 * Thread-safe. Who finds none does without: waiting here could wait for oneself.
 */
final class AlignedBuffers {
  /** What {@code O_DIRECT} asks of addresses, offsets and lengths on every common device. */
  static final int ALIGNMENT = 4096;

  private final int size;
  private final int limit;
  private final AtomicInteger made = new AtomicInteger();
  private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

  /**
   * No buffers yet.
   *
   * @param size bytes of each, a multiple of the alignment
   * @param limit how many there may be
   */
  AlignedBuffers(int size, int limit) {
    this.size = size;
    this.limit = limit;
  }

  /** A cleared buffer that nobody else has, or nothing when all are taken. */
  @Nullable ByteBuffer take() {
    ByteBuffer buffer = free.poll();
    if (buffer != null) {
      return buffer.clear();
    }
    if (made.getAndUpdate(count -> Math.min(count + 1, limit)) >= limit) {
      return null;
    }
    return ByteBuffer.allocateDirect(size + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, size);
  }

  /** Gives a taken buffer back. */
  void giveBack(ByteBuffer buffer) {
    free.add(buffer);
  }
}

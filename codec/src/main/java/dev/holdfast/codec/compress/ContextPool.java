package dev.holdfast.codec.compress;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps a few idle contexts (native state and its buffers) for the next stream.
 *
 * <p>The number kept is bounded by the processors, because more streams than that seldom work at
 * once; what comes back beyond the bound is disposed of.
 */
final class ContextPool<T> {
  private static final int IDLE_LIMIT =
      Math.min(32, 2 * Runtime.getRuntime().availableProcessors());

  private final ArrayBlockingQueue<T> idle = new ArrayBlockingQueue<>(IDLE_LIMIT);
  private final Supplier<T> create;
  private final Consumer<T> dispose;

  ContextPool(Supplier<T> create, Consumer<T> dispose) {
    this.create = create;
    this.dispose = dispose;
  }

  /** A context of its own for the caller, which gives it back exactly once. */
  T take() {
    T context = idle.poll();
    return context != null ? context : create.get();
  }

  /** Gives back a context that is ready for its next use. */
  void give(T context) {
    if (!idle.offer(context)) {
      dispose.accept(context);
    }
  }
}

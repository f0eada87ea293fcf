package dev.holdfast.storage.remote;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Does one thing after the other, beside what others do. */
final class OrderedWork {
  private final Executor threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean busy;

  OrderedWork(Executor threads) {
    this.threads = threads;
  }

  void add(Runnable work) {
    lock.lock();
    try {
      waiting.add(work);
      if (!busy) {
        busy = true;
        threads.execute(this::doAll);
      }
    } finally {
      lock.unlock();
    }
  }

  private void doAll() {
    for (Runnable work = next(); work != null; work = next()) {
      work.run();
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      Runnable work = waiting.poll();
      busy = work != null;
      return work;
    } finally {
      lock.unlock();
    }
  }
}

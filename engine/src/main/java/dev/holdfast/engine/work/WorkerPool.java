package dev.holdfast.engine.work;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Does jobs in a bounded number of threads. Jobs are taken one after the other, in their order, by
 * whichever worker is free; each worker has its own state, so that buffers and contexts need no
 * locks. The first error ends all: no further job is begun, running ones are interrupted, and the
 * caller gets that error once every thread has ended, so that nothing writes behind its back.
 */
public final class WorkerPool {
  private WorkerPool() {}

  /**
   * Does all jobs, and returns when every thread has ended.
   *
   * @param name what the threads are called, with the worker's number appended
   * @param workers how many threads at most, 1 and up; the numbers given out are 1 to this
   * @param jobs taken in this order; read by one thread at a time
   * @param worker makes the state of one worker, on that worker's thread, and gives what does a job
   * @throws HoldfastException the first error of a job; term (63) when the caller was interrupted
   */
  public static <J> void run(
      String name, int workers, Iterable<J> jobs, IntFunction<Consumer<J>> worker) {
    Source<J> source = new Source<>(jobs.iterator());
    List<Thread> threads = new ArrayList<>();
    for (int number = 1; number <= workers; number++) {
      int own = number;
      threads.add(
          Thread.ofPlatform()
              .name(name + "-" + number)
              .daemon()
              .unstarted(() -> source.work(own, worker, threads)));
    }
    threads.forEach(Thread::start);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          // Ended by a signal: the workers are told, and still waited for.
          interrupted = true;
          source.fail(new HoldfastException(ErrorCode.TERM, "terminated on signal"), threads);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    source.rethrow();
  }

  /** The jobs that are left, and the error that ended them. */
  private static final class Source<J> {
    private final Iterator<J> jobs;
    private final AtomicReference<@Nullable Throwable> error = new AtomicReference<>();

    Source(Iterator<J> jobs) {
      this.jobs = jobs;
    }

    void work(int number, IntFunction<Consumer<J>> factory, List<Thread> threads) {
      try {
        Consumer<J> worker = null;
        for (J job = next(); job != null; job = next()) {
          if (worker == null) {
            worker = factory.apply(number);
          }
          worker.accept(job);
        }
      } catch (RuntimeException | Error e) {
        fail(e, threads);
      }
    }

    private synchronized @Nullable J next() {
      return error.get() == null && jobs.hasNext() ? jobs.next() : null;
    }

    void fail(Throwable cause, List<Thread> threads) {
      if (error.compareAndSet(null, cause)) {
        for (Thread thread : threads) {
          if (thread != Thread.currentThread()) {
            thread.interrupt();
          }
        }
      }
    }

    void rethrow() {
      switch (error.get()) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
    }
  }
}

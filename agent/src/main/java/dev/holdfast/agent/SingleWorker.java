package dev.holdfast.agent;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.archive.BackgroundProcess;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Does one kind of work at a time: who asks for more while it is at work is told of the one that
 * runs. The same that the archive lock does between processes, without its detour.
 */
final class SingleWorker implements AutoCloseable {
  private final ExecutorService thread;
  private final Reporter reporter;
  private final AtomicReference<Future<?>> running = new AtomicReference<>();

  SingleWorker(String name, Reporter reporter) {
    this.thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).factory());
    this.reporter = reporter;
  }

  /** Starts the work unless some is being done. Its error is reported; the spool has it as well. */
  synchronized BackgroundProcess.Running start(Runnable work) {
    Future<?> last = running.get();
    if (last == null || last.isDone()) {
      last = thread.submit(() -> reporting(work));
      running.set(last);
    }
    Future<?> current = last;
    return () -> !current.isDone();
  }

  /** Whether work is being done. */
  boolean isWorking() {
    Future<?> last = running.get();
    return last != null && !last.isDone();
  }

  private void reporting(Runnable work) {
    try {
      work.run();
    } catch (HoldfastException e) {
      reporter.warn(e.describe());
    }
  }

  /** Lets the work end that is being done; interrupts it, which the engine takes as a signal. */
  @Override
  public void close() {
    thread.shutdownNow();
    thread.close();
  }
}

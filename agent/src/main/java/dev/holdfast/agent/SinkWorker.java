package dev.holdfast.agent;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.archive.WalSink;
import dev.holdfast.engine.work.ThreadEnd;
import dev.holdfast.postgres.walstream.WalPosition;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Tells one sink of the server's progress, on a thread of its own, so that a repository that is
 * slow or down does not hold up the others. It only ever knows the newest position.
 */
final class SinkWorker implements AutoCloseable {
  /** Positions that are let go after a failure, at most. */
  private static final int LONGEST_PAUSE = 10;

  private final WalSink sink;
  private final Reporter reporter;
  private final BlockingQueue<WalPosition> newest = new ArrayBlockingQueue<>(1);
  private final Thread thread;
  private String problem = "";
  private int pause;
  private int letGo;

  SinkWorker(WalSink sink, Reporter reporter) {
    this.sink = sink;
    this.reporter = reporter;
    this.thread = Thread.ofPlatform().name("stream " + sink.name()).start(this::work);
  }

  /** Says where the server is now. */
  void tell(WalPosition position) {
    newest.poll();
    newest.offer(position);
  }

  private void work() {
    try {
      while (true) {
        store(newest.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void store(WalPosition position) throws InterruptedException {
    if (letGo > 0) {
      letGo--;
      return;
    }
    try {
      sink.advance(position.timeline(), position.flushed());
      if (!problem.isEmpty()) {
        reporter.info(sink.name() + " takes streamed WAL again");
      }
      problem = "";
      pause = 0;
    } catch (HoldfastException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      // Said once: the next attempt would say the same.
      if (!e.describe().equals(problem)) {
        problem = e.describe();
        reporter.warn(sink.name() + ": cannot stream WAL: " + problem);
      }
      letGo = pause;
      pause = Math.min(LONGEST_PAUSE, pause * 2 + 1);
    }
  }

  /** Ends after what is being stored. */
  @Override
  public void close() {
    thread.interrupt();
    ThreadEnd.await(thread);
  }
}

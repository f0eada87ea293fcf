package dev.holdfast.agent;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.archive.WalSink;
import dev.holdfast.engine.work.ThreadEnd;
import dev.holdfast.postgres.walstream.WalFollower;
import dev.holdfast.postgres.walstream.WalPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Stores the growing segment while {@code archive-stream} is on and the server is a primary. Asks
 * the server for its position every interval; the repositories' workers do the rest.
 *
 * <p>Each connection begins anew, with pieces from the beginning of the segment: nothing that was
 * known before a crash of the server is believed.
 */
final class WalStreaming implements AutoCloseable {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** A connection to a local socket costs little, and what is written meanwhile can be lost. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final Supplier<WalTasks> tasks;
  private final Reporter reporter;
  private final Thread thread;
  private String problem = "";
  private Duration pause = LOOK_AGAIN;

  WalStreaming(Supplier<WalTasks> tasks, Reporter reporter) {
    this.tasks = tasks;
    this.reporter = reporter;
    this.thread = Thread.ofPlatform().name("stream").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        try {
          WalTasks now = tasks.get();
          if (now.stream().isPresent()) {
            follow(now.stream().get(), now.dataDirectory());
          }
          Thread.sleep(LOOK_AGAIN);
        } catch (HoldfastException e) {
          report(e);
          Thread.sleep(pause);
          pause = pause.multipliedBy(2);
          pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void report(HoldfastException error) throws InterruptedException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedException();
    }
    if (!error.describe().equals(problem)) {
      problem = error.describe();
      reporter.warn("cannot stream WAL: " + problem);
    }
  }

  /** Until the configuration changes, the stanza is stopped or the server fails. */
  private void follow(WalStream stream, Path dataDirectory) throws InterruptedException {
    List<SinkWorker> workers = new ArrayList<>();
    try (WalFollower follower =
        WalFollower.open(
            stream.server(),
            dataDirectory,
            stream.timeout(),
            SILENCE.plus(stream.interval().multipliedBy(2)))) {
      for (WalSink sink : stream.sinks().get()) {
        workers.add(new SinkWorker(sink, reporter));
      }
      boolean said = false;
      long next = System.nanoTime();
      while (tasks.get().stream().filter(now -> now == stream).isPresent()) {
        Optional<WalPosition> position = follower.position();
        if (position.isPresent()) {
          workers.forEach(worker -> worker.tell(position.get()));
          if (!said) {
            said = true;
            sayBegin(stream, follower.slotProblem());
          }
        }
        problem = "";
        pause = LOOK_AGAIN;
        next = Math.max(System.nanoTime(), next + stream.interval().toNanos());
        Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
      }
    } finally {
      workers.forEach(SinkWorker::close);
    }
  }

  private void sayBegin(WalStream stream, String slotProblem) {
    reporter.info("streaming WAL every " + stream.interval().toMillis() + "ms");
    if (!slotProblem.isEmpty()) {
      reporter.info("without a replication slot, which is not needed: " + slotProblem);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    ThreadEnd.await(thread);
  }
}

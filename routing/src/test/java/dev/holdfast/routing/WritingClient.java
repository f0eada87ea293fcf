package dev.holdfast.routing;

import dev.holdfast.testkit.TestPgbouncer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Inserts one row after another through the pooler, and connects again after an error. */
final class WritingClient implements AutoCloseable {
  private final TestPgbouncer pooler;
  private final Thread thread = Thread.ofPlatform().name("client").unstarted(this::run);
  private final List<String> errors = new ArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile long longestNanos;
  private volatile boolean ended;

  private WritingClient(TestPgbouncer pooler) {
    this.pooler = pooler;
  }

  /** Begins to write into the table {@code written}. */
  static WritingClient start(TestPgbouncer pooler) {
    WritingClient client = new WritingClient(pooler);
    client.thread.start();
    return client;
  }

  private void run() {
    long last = System.nanoTime();
    while (!ended) {
      try (Connection connection = pooler.connect("app");
          Statement statement = connection.createStatement()) {
        while (!ended) {
          statement.execute("insert into written values (" + (acknowledged.get() + 1) + ")");
          acknowledged.incrementAndGet();
          long now = System.nanoTime();
          longestNanos = Math.max(longestNanos, now - last);
          last = now;
        }
      } catch (SQLException e) {
        synchronized (errors) {
          errors.add(e.getMessage());
        }
      }
    }
  }

  /** How many rows were acknowledged; their numbers are 1 and up, a failed one is tried again. */
  long acknowledged() {
    return acknowledged.get();
  }

  /** What it was told. */
  List<String> errors() {
    synchronized (errors) {
      return List.copyOf(errors);
    }
  }

  /** The longest time between two acknowledgements. */
  Duration longestPause() {
    return Duration.ofNanos(longestNanos);
  }

  /** Waits until it has written that many more. */
  void awaitMore(int rows) {
    long wanted = acknowledged() + rows;
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (acknowledged() < wanted) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("no more rows were written: " + errors());
      }
      // The servers need the processors more.
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

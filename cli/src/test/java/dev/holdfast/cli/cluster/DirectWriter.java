package dev.holdfast.cli.cluster;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to one node all the time, whatever that node is, and notes when it was acknowledged: two
 * of them at two nodes show whether both took writes at once.
 */
final class DirectWriter implements AutoCloseable {
  private static final Duration BETWEEN = Duration.ofMillis(5);

  private final String url;
  private final Thread thread;
  private volatile boolean ended;
  private volatile long last = Long.MIN_VALUE;
  private volatile long first = Long.MAX_VALUE;

  /** The table {@code direct (id bigint)} is there. */
  DirectWriter(String url) {
    this.url = url;
    this.thread = Thread.ofPlatform().daemon().name("direct").start(this::write);
  }

  private void write() {
    while (!ended) {
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        long id = 0;
        while (!ended) {
          long asked = System.nanoTime();
          statement.execute("insert into direct values (" + id++ + ")");
          // Taken after it was asked for, and before it was answered.
          if (first == Long.MAX_VALUE) {
            first = asked;
          }
          last = System.nanoTime();
          LockSupport.parkNanos(BETWEEN.toNanos());
        }
      } catch (SQLException e) {
        // A standby takes no writes, and a dead server no connections.
        LockSupport.parkNanos(BETWEEN.toNanos());
      }
    }
  }

  /** When the first write that was acknowledged was asked for; the end of time when none was. */
  long first() {
    return first;
  }

  /** When the last write was acknowledged; the beginning of time when none was. */
  long last() {
    return last;
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join(Duration.ofSeconds(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}

package dev.holdfast.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that commits a row every ten milliseconds to whoever is the primary, connects again when
 * it must, and remembers what was acknowledged: each row must be there exactly once in the end.
 */
public final class CommittingClient implements AutoCloseable {
  private static final Duration BETWEEN = Duration.ofMillis(10);

  private final String url;
  private final Thread thread;
  private final List<Long> rows = new ArrayList<>();
  private volatile boolean ended;
  private long newest;
  private long lastAt = System.nanoTime();
  private long longest;
  private String lastError = "";
  private int errors;

  /**
   * Writes from now on.
   *
   * @param url the JDBC URL of the cluster, or of its pooler
   */
  public CommittingClient(String url) {
    this.url = url;
    this.thread = Thread.ofPlatform().daemon().name("client").start(this::write);
  }

  private void write() {
    while (!ended) {
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        statement.execute("create table if not exists written (id bigint)");
        while (!ended) {
          long id = newest++;
          statement.execute("insert into written values (" + id + ")");
          acknowledged(id);
          LockSupport.parkNanos(BETWEEN.toNanos());
        }
      } catch (SQLException e) {
        failed(e);
        LockSupport.parkNanos(BETWEEN.toNanos());
      }
    }
  }

  private synchronized void acknowledged(long id) {
    rows.add(id);
    long now = System.nanoTime();
    longest = Math.max(longest, now - lastAt);
    lastAt = now;
  }

  private synchronized void failed(SQLException e) {
    lastError = String.valueOf(e.getMessage());
    errors++;
  }

  /** How often it was disconnected, or told of an error. */
  public synchronized int errors() {
    return errors;
  }

  /** What it was told last when something failed; empty when nothing did. */
  public synchronized String lastError() {
    return lastError;
  }

  /** How many rows were acknowledged. */
  public synchronized int count() {
    return rows.size();
  }

  /** Until fifty more rows were acknowledged, a minute at most; else an AssertionError. */
  public void advance() {
    if (!advance(50, Duration.ofMinutes(1))) {
      throw new AssertionError("no more rows are acknowledged: " + lastError());
    }
  }

  /**
   * Waits until more rows are acknowledged.
   *
   * @param more how many
   * @param atMost how long to wait
   * @return whether they were in time
   */
  public boolean advance(int more, Duration atMost) {
    int goal = count() + more;
    long deadline = System.nanoTime() + atMost.toNanos();
    while (count() < goal) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
    return true;
  }

  /** The longest time without an acknowledged row since this was asked last. */
  public synchronized Duration longestPause() {
    long pause = longest;
    longest = 0;
    return Duration.ofNanos(pause);
  }

  /**
   * As {@link #longestPause()}, the present time without one included, and nothing is forgotten.
   */
  public synchronized Duration pauseSoFar() {
    return Duration.ofNanos(Math.max(longest, System.nanoTime() - lastAt));
  }

  /** Acknowledged rows that are not there, or are there more than once. */
  public List<Long> missing() {
    Map<Long, Integer> there = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select id from written")) {
      while (result.next()) {
        there.merge(result.getLong(1), 1, Integer::sum);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    synchronized (this) {
      return rows.stream().filter(id -> there.getOrDefault(id, 0) != 1).toList();
    }
  }

  /** Writes no more. */
  public void end() {
    ended = true;
    try {
      thread.join(Duration.ofSeconds(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    end();
  }
}

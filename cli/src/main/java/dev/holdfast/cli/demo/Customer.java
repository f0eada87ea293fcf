package dev.holdfast.cli.demo;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.Driver;

/**
 * A client that commits a row every ten milliseconds at whichever node is the primary, connects
 * again when it must, and remembers which rows were acknowledged.
 */
final class Customer implements AutoCloseable {
  static final String ROLE = "customer";

  private static final Duration BETWEEN = Duration.ofMillis(10);
  private static final Duration END = Duration.ofSeconds(20);

  private final String url;
  private final Properties properties = new Properties();
  private final Set<Long> acknowledged = new HashSet<>();
  private final Thread thread;
  private volatile boolean ended;
  private long next;
  private long lastAt = System.nanoTime();
  private Duration longestPause = Duration.ZERO;
  private String trouble = "";

  /**
   * Begins.
   *
   * @param hosts of all nodes: {@code 127.0.0.1:5432,127.0.0.1:5433}
   */
  Customer(String hosts, String password) {
    this.url = "jdbc:postgresql://" + hosts + "/" + Shop.DATABASE;
    properties.setProperty("user", ROLE);
    properties.setProperty("password", password);
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("targetServerType", "primary");
    properties.setProperty("hostRecheckSeconds", "0");
    properties.setProperty("connectTimeout", "1");
    properties.setProperty("socketTimeout", "5");
    this.thread = Thread.ofPlatform().daemon().name("customer").start(this::write);
  }

  /** What makes its role and its table, and lets it in. */
  static String preparation(String verifier) {
    return """
    create role %1$s login password '%2$s';
    create table visits (id bigint primary key, at timestamptz default clock_timestamp());
    grant insert on visits to %1$s
    """
        .formatted(ROLE, verifier);
  }

  private void write() {
    while (!ended) {
      try (Connection connection = new Driver().connect(url, properties);
          PreparedStatement insert =
              connection.prepareStatement("insert into visits (id) values (?)")) {
        while (!ended) {
          // A row whose fate is not known is not tried again: the next one has another number.
          long id = next++;
          insert.setLong(1, id);
          insert.executeUpdate();
          acknowledge(id);
          LockSupport.parkNanos(BETWEEN.toNanos());
        }
      } catch (SQLException e) {
        fail(e);
        LockSupport.parkNanos(BETWEEN.toNanos());
      }
    }
  }

  private synchronized void acknowledge(long id) {
    acknowledged.add(id);
    long now = System.nanoTime();
    Duration pause = Duration.ofNanos(now - lastAt);
    longestPause = pause.compareTo(longestPause) > 0 ? pause : longestPause;
    lastAt = now;
  }

  private synchronized void fail(SQLException e) {
    trouble = String.valueOf(e.getMessage());
  }

  /** How many rows were acknowledged. */
  synchronized long count() {
    return acknowledged.size();
  }

  /** The longest time without an acknowledged row since this was asked last. */
  synchronized Duration longestPause() {
    Duration pause = longestPause;
    longestPause = Duration.ZERO;
    return pause;
  }

  /** What went wrong last. */
  synchronized String trouble() {
    return trouble;
  }

  /** Writes no more. */
  void end() {
    ended = true;
    try {
      if (!thread.join(END)) {
        throw new HoldfastException(ErrorCode.DB_QUERY, "the client waits for ever: " + trouble());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "interrupted while the client ends", e);
    }
  }

  /** How many acknowledged rows a node does not have. */
  synchronized long lost(ShopDatabase database) {
    Set<Long> missing = new HashSet<>(acknowledged);
    for (String id :
        database.sql("select coalesce(string_agg(id::text, ','), '') from visits").split(",")) {
      if (!id.isEmpty()) {
        missing.remove(Long.valueOf(id));
      }
    }
    return missing.size();
  }

  /** Writes no more, and waits for nothing. */
  @Override
  public void close() {
    ended = true;
  }
}

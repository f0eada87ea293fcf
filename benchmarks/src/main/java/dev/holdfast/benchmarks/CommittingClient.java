package dev.holdfast.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
 * A client of a cluster that commits a row every ten milliseconds to whoever takes writes, connects
 * again when it must, and keeps account. Commands come on standard input, one a line, and each is
 * answered with a line:
 *
 * <ul>
 *   <li>{@code mark}: forget the pauses so far; answered with {@code ok}.
 *   <li>{@code pause}: the longest time without an acknowledged row since the mark, in
 *       milliseconds, the present one included.
 *   <li>{@code go N}: wait until N more rows are acknowledged, two minutes at most; {@code ok} or
 *       {@code late} and the last error.
 *   <li>{@code lost}: stop, and count acknowledged rows that are not there exactly once.
 * </ul>
 */
public final class CommittingClient {
  private static final Duration BETWEEN = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private final String url;
  private final List<Long> rows = new ArrayList<>();
  private volatile boolean ended;
  private long lastAt = System.nanoTime();
  private long longest;
  private String lastError = "";

  private CommittingClient(String url) {
    this.url = url;
  }

  /** With the JDBC URL of the cluster. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    CommittingClient client = new CommittingClient(arguments[0]);
    Thread writing = Thread.ofPlatform().daemon().start(client::write);
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", -1);
      System.out.println(
          switch (words[0]) {
            case "mark" -> client.mark();
            case "pause" -> client.pause();
            case "go" -> client.go(Integer.parseInt(words[1]));
            case "lost" -> {
              client.ended = true;
              writing.join(LONGEST);
              yield client.lost();
            }
            default -> "unknown command " + words[0];
          });
    }
  }

  private void write() {
    long next = 0;
    while (!ended) {
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        statement.execute("create table if not exists written (id bigint)");
        while (!ended) {
          long id = next++;
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
    lastError = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private synchronized String mark() {
    longest = 0;
    return "ok";
  }

  private synchronized String pause() {
    long now = Math.max(longest, System.nanoTime() - lastAt);
    return Long.toString(Duration.ofNanos(now).toMillis());
  }

  private synchronized int count() {
    return rows.size();
  }

  private String go(int more) {
    int goal = count() + more;
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (count() < goal) {
      if (System.nanoTime() - deadline > 0) {
        return "late " + lastError;
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
    return "ok";
  }

  private String lost() {
    Map<Long, Integer> there = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select id from written")) {
      while (result.next()) {
        there.merge(result.getLong(1), 1, Integer::sum);
      }
    } catch (SQLException e) {
      return "unknown: " + e.getMessage();
    }
    synchronized (this) {
      long lost = rows.stream().filter(id -> there.getOrDefault(id, 0) != 1).count();
      return lost + " of " + rows.size();
    }
  }
}

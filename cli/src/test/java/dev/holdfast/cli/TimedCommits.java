package dev.holdfast.cli;

import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Commits a row with the time every few milliseconds, beside pgbench, until the server is gone:
 * what is missing of them after a restore is what was lost.
 */
final class TimedCommits implements AutoCloseable {
  private static final String CREATE =
      "create table if not exists commits (id bigserial primary key, at bigint)";
  private static final String COMMIT =
      "insert into commits (at) values ((extract(epoch from clock_timestamp()) * 1000)::bigint)"
          + " returning at";
  private static final String NEWEST = "select coalesce(max(at), 0) from commits";

  private final TestPostgres postgres;
  private final Process pgbench;
  private final Thread thread;
  private volatile long newest;

  private TimedCommits(TestPostgres postgres) {
    this.postgres = postgres;
    this.pgbench = pgbench("-c", "2", "-R", "100", "-T", "600");
    this.thread = Thread.ofPlatform().start(this::commit);
  }

  /** Makes the tables. */
  static void prepare(TestPostgres postgres) {
    postgres.sql(CREATE);
    try (TimedCommits none = new TimedCommits(postgres, "-i", "-s", "1")) {
      none.pgbench.waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private TimedCommits(TestPostgres postgres, String... pgbench) {
    this.postgres = postgres;
    this.pgbench = pgbench(pgbench);
    this.thread = Thread.ofPlatform().start(() -> {});
  }

  /** Begins to commit. */
  static TimedCommits start(TestPostgres postgres) {
    return new TimedCommits(postgres);
  }

  /** When the newest row that is there was committed; milliseconds since 1970. */
  static long newestIn(TestPostgres postgres) {
    return Long.parseLong(postgres.sql(NEWEST));
  }

  /** When the newest row was committed that the server has confirmed. */
  long newestConfirmed() {
    return newest;
  }

  private Process pgbench(String... arguments) {
    List<String> command = new ArrayList<>(HoldfastCommand.prefix());
    command.add(TestPostgres.system().program("pgbench").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-n",
            "-h",
            postgres.socketDirectory().toString(),
            "-p",
            Integer.toString(postgres.port()),
            "-U",
            "postgres",
            "postgres"));
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server's end is the end of this, too. */
  private void commit() {
    try (Connection connection = postgres.connect("postgres");
        Statement statement = connection.createStatement()) {
      while (!Thread.currentThread().isInterrupted()) {
        try (var row = statement.executeQuery(COMMIT)) {
          row.next();
          newest = row.getLong(1);
        }
        Thread.sleep(3);
      }
    } catch (SQLException | InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    pgbench.destroyForcibly();
    thread.interrupt();
    try {
      pgbench.waitFor();
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

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

  private static final long PAUSE_MILLIS = 3;

  private final Connection connection;
  private final Process pgbench;
  private final ScheduledExecutorService clock;
  private volatile long newest;

  private TimedCommits(TestPostgres postgres) {
    this.connection = postgres.connect("postgres");
    this.pgbench = pgbench(postgres, "-c", "2", "-R", "100", "-T", "600");
    this.clock = Executors.newSingleThreadScheduledExecutor();
    clock.scheduleWithFixedDelay(this::commit, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Makes the tables. */
  static void prepare(TestPostgres postgres) {
    postgres.sql(CREATE);
    try {
      assertThat(pgbench(postgres, "-i", "-s", "1").waitFor()).isZero();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
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

  private static Process pgbench(TestPostgres postgres, String... arguments) {
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

  /** The server's end is the end of this, too: a task that throws is not run again. */
  private void commit() {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(COMMIT)) {
      row.next();
      newest = row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    pgbench.destroyForcibly();
    clock.shutdownNow();
    try {
      pgbench.waitFor();
      assertThat(clock.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      connection.close();
    } catch (InterruptedException | SQLException e) {
      throw new AssertionError(e);
    }
  }
}

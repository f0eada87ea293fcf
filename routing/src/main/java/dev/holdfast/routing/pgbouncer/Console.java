package dev.holdfast.routing.pgbouncer;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.session.Connector;
import dev.holdfast.postgres.session.SessionTarget;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** PgBouncer's console: its virtual database {@code pgbouncer}. One thread's. */
final class Console implements AutoCloseable {
  private static final String DATABASE = "pgbouncer";

  private final Connection connection;
  private final Duration timeout;

  /** A database as the running pooler has it. */
  record LiveDatabase(String name, boolean paused) {}

  private Console(Connection connection, Duration timeout) {
    this.connection = connection;
    this.timeout = timeout;
  }

  /**
   * Connects.
   *
   * @param user one of PgBouncer's {@code admin_users}
   * @param timeout how long connecting, and each command, may take
   * @throws HoldfastException db-connect (56)
   */
  static Console open(
      String host, int port, String user, Duration timeout, Map<String, String> environment) {
    SessionTarget target = new SessionTarget(host, port, DATABASE, user);
    LibraryLogging.withoutWarnings();
    return new Console(Connector.connectToConsole(target, timeout, environment), timeout);
  }

  /** The databases that it has or has had clients of, but for the console itself. */
  List<LiveDatabase> databases() {
    List<LiveDatabase> databases = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      limit(timeout);
      ResultSet rows = statement.executeQuery("SHOW DATABASES");
      while (rows.next()) {
        if (!rows.getString("name").equals(DATABASE)) {
          databases.add(new LiveDatabase(rows.getString("name"), rows.getInt("paused") != 0));
        }
      }
    } catch (SQLException e) {
      throw failed("SHOW DATABASES", e);
    }
    return databases;
  }

  /**
   * Has new transactions wait, and waits until those under way have ended.
   *
   * @throws HoldfastException lock-acquire (50) when they do not end in time; the database is
   *     paused all the same, and this console of no more use
   */
  void pause(String database, Duration drain) {
    try {
      run("PAUSE " + quoted(database), drain);
    } catch (HoldfastException e) {
      if (timedOut(e)) {
        throw new HoldfastException(
            ErrorCode.LOCK_ACQUIRE,
            "transactions of database '%s' did not end within %d ms"
                .formatted(database, drain.toMillis()),
            e,
            "In session pooling a client keeps its connection until it disconnects.",
            "SHOW SERVERS in PgBouncer's console tells what they wait for.");
      }
      throw e;
    }
  }

  private static boolean timedOut(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof SocketTimeoutException) {
        return true;
      }
    }
    return false;
  }

  /** Ends all connections of clients and to servers; those who come now wait. */
  void kill(String database) {
    run("KILL " + quoted(database), timeout);
  }

  /** Lets those who wait go on. */
  void resume(String database) {
    run("RESUME " + quoted(database), timeout);
  }

  /** Has the configuration read again. */
  void reload() {
    run("RELOAD", timeout);
  }

  private void run(String command, Duration within) {
    try (Statement statement = connection.createStatement()) {
      limit(within);
      statement.execute(command);
    } catch (SQLException e) {
      throw failed(command, e);
    }
  }

  /** Of the socket and not of the statement, which PgBouncer's console could not cancel. */
  private void limit(Duration within) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, Math.toIntExact(Math.max(1, within.toMillis())));
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static HoldfastException failed(String command, SQLException e) {
    return new HoldfastException(
        ErrorCode.DB_QUERY, "PgBouncer's console: " + command + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    Connector.close(connection);
  }
}

package dev.holdfast.postgres.session;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs SQL and gives values as text, with one kind of error. */
public final class Queries {
  private static final String QUERY_CANCELED = "57014";
  private static final String CONNECTION_CLASS = "08";

  private final Connection connection;
  private final Duration timeout;

  /**
   * Queries on a connection, which somebody else closes.
   *
   * @param timeout how long each may take
   */
  public Queries(Connection connection, Duration timeout) {
    this.connection = connection;
    this.timeout = timeout;
  }

  /** The server's major version, which it told when the connection was made. */
  public int serverMajor() {
    try {
      return connection.getMetaData().getDatabaseMajorVersion();
    } catch (SQLException e) {
      throw failed("the server's version", e);
    }
  }

  /** Runs a command without a result. */
  public void run(String sql) {
    try (Statement statement = statement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** All rows. */
  public List<List<@Nullable String>> rows(String sql) {
    List<List<@Nullable String>> rows = new ArrayList<>();
    try (Statement statement = statement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<@Nullable String> row = new ArrayList<>(columns);
        for (int column = 1; column <= columns; column++) {
          row.add(result.getString(column));
        }
        rows.add(row);
      }
    } catch (SQLException e) {
      throw failed(sql, e);
    }
    return rows;
  }

  /** The only row. */
  public List<@Nullable String> row(String sql) {
    List<List<@Nullable String>> rows = rows(sql);
    if (rows.size() != 1) {
      throw new HoldfastException(
          ErrorCode.DB_QUERY, "expected one row and got " + rows.size() + " from: " + sql);
    }
    return rows.getFirst();
  }

  /** The only value. */
  public String text(String sql) {
    return known(row(sql), 0);
  }

  /** The only value, which is true or false. */
  public boolean bool(String sql) {
    return text(sql).equals("t");
  }

  /** A value of a row that the server always gives. */
  public static String known(List<@Nullable String> row, int column) {
    String value = row.get(column);
    if (value == null) {
      throw new HoldfastException(ErrorCode.DB_QUERY, "the server gave no value");
    }
    return value;
  }

  private Statement statement() throws SQLException {
    Statement statement = connection.createStatement();
    statement.setQueryTimeout((int) Math.max(1, timeout.toSeconds()));
    return statement;
  }

  private HoldfastException failed(String sql, SQLException e) {
    String text = sql.strip().replaceAll("\\s+", " ");
    String state = e.getSQLState();
    if (QUERY_CANCELED.equals(state)) {
      return new HoldfastException(
          ErrorCode.DB_QUERY,
          "query '" + text + "' timed out after " + timeout.toSeconds() + " s",
          e,
          "The option db-timeout says how long a query may take.");
    }
    if (state != null && state.startsWith(CONNECTION_CLASS)) {
      return new HoldfastException(
          ErrorCode.DB_QUERY,
          "query '" + text + "' failed: " + e.getMessage(),
          e,
          "The connection was lost: the PostgreSQL log tells of a crash, a restart or a timeout.");
    }
    return new HoldfastException(
        ErrorCode.DB_QUERY, "query '" + text + "' failed: " + e.getMessage(), e);
  }
}

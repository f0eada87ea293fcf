package dev.holdfast.routing.pgbouncer;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.session.Queries;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself.
 *
 * @param started when its postmaster was started, epoch seconds with microseconds as text: no two
 *     servers have the same
 * @param port what it listens on
 * @param writable whether a transaction could write; false of a standby
 */
public record ServerAnswer(String started, String port, boolean writable) {
  /** A transaction that gets a number could write; it writes nothing, and waits for no standby. */
  private static final String QUESTION =
      """
      select
        extract(epoch from pg_catalog.pg_postmaster_start_time())::text,
        pg_catalog.current_setting('port'),
        case
          when pg_catalog.pg_is_in_recovery()
            or pg_catalog.current_setting('transaction_read_only')::bool
          then null
          else pg_catalog.pg_current_xact_id()::text
        end
      """;

  /**
   * Asks.
   *
   * @param connection closed afterwards
   * @throws HoldfastException db-query (57)
   */
  static ServerAnswer of(Connection connection, Duration timeout) {
    try (connection) {
      connection.setNetworkTimeout(Runnable::run, Math.toIntExact(timeout.toMillis()));
      List<@Nullable String> row = new Queries(connection, timeout).row(QUESTION);
      return new ServerAnswer(Queries.known(row, 0), Queries.known(row, 1), row.get(2) != null);
    } catch (SQLException e) {
      throw new HoldfastException(ErrorCode.DB_QUERY, "no answer: " + e.getMessage(), e);
    }
  }

  /** Whether it is the same postmaster that answered, whatever it says of writing. */
  public boolean isSameServer(ServerAnswer other) {
    return started.equals(other.started) && port.equals(other.port);
  }
}

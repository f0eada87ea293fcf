package dev.holdfast.postgres.walstream;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.postgres.session.Connector;
import dev.holdfast.postgres.session.Queries;
import dev.holdfast.postgres.session.SamePath;
import dev.holdfast.postgres.session.SessionTarget;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A session that asks a primary for its position, and keeps the last two segments from being
 * recycled under whoever reads them. Used by one thread.
 */
public final class WalFollower implements AutoCloseable {
  private static final int IDLE_TIMEOUT_SINCE = 14;
  private static final int SLOT_NAME = 0;
  private static final int SLOT_LSN = 1;

  private final Connection connection;
  private final Queries queries;
  private final boolean endsWhenSilent;
  private final WalSegmentSize size;
  private @Nullable Slot slot;
  private String slotProblem = "";

  /** The slot, and from where on it keeps WAL. */
  private record Slot(String name, Lsn from) {}

  private WalFollower(Connection connection, Duration timeout, Duration silence) {
    this.connection = connection;
    this.queries = new Queries(connection, timeout);
    this.endsWhenSilent = queries.serverMajor() >= IDLE_TIMEOUT_SINCE;
    queries.run(
        "set search_path = 'pg_catalog'; set application_name = 'holdfast [stream]';"
            + " set statement_timeout = 0;"
            + (endsWhenSilent ? " set idle_session_timeout = " + silence.toMillis() + ";" : ""));
    this.size =
        new WalSegmentSize(
            Integer.parseInt(
                queries.text(
                    "select setting from pg_catalog.pg_settings"
                        + " where name = 'wal_segment_size'")));
  }

  /**
   * Connects.
   *
   * @param dataDirectory that the server must have
   * @param timeout how long connecting and a query may take
   * @param silence how long the server lets the session live without being asked (from version 14)
   * @throws HoldfastException db-connect (56), db-query (57), db-mismatch (58) for another server
   */
  public static WalFollower open(
      SessionTarget target, Path dataDirectory, Duration timeout, Duration silence) {
    Connection connection = Connector.connect(target, timeout, System.getenv());
    try {
      WalFollower follower = new WalFollower(connection, timeout, silence);
      follower.requireDirectory(dataDirectory);
      return follower;
    } catch (HoldfastException e) {
      Connector.abandon(connection, e);
      throw e;
    }
  }

  /** The positions of one server are of no use with the files of another. */
  private void requireDirectory(Path expected) {
    String actual =
        queries
            .row(
                "select (select setting from pg_catalog.pg_settings"
                    + " where name = 'data_directory')")
            .getFirst();
    if (actual == null) {
      throw new HoldfastException(
          ErrorCode.DB_QUERY,
          "the server hides its data_directory from this role",
          "grant the role pg_read_all_settings.");
    }
    if (!SamePath.is(Path.of(actual), expected)) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "the server has the data directory '" + actual + "', and not '" + expected + "'",
          "Do pg1-path and pg1-port belong to different clusters?");
    }
  }

  /**
   * Where the server is now.
   *
   * @return nothing while it is a standby or in recovery
   * @throws HoldfastException db-query (57), after which this has to be closed
   */
  public Optional<WalPosition> position() {
    if (queries.bool("select pg_catalog.pg_is_in_recovery()")) {
      return Optional.empty();
    }
    // The name of the segment has the timeline that is written; pg_control lags behind a promotion.
    List<@Nullable String> row =
        queries.row(
            "select lsn::text, pg_catalog.pg_walfile_name(lsn)"
                + " from pg_catalog.pg_current_wal_flush_lsn() as lsn");
    WalSegment segment = WalSegment.parse(Queries.known(row, 1));
    Lsn flushed = Lsn.parse(Queries.known(row, 0));
    keep(segment);
    return Optional.of(new WalPosition(segment.timeline(), flushed));
  }

  /**
   * Why there is no slot; empty if there is one. Nothing depends on it that {@code archive_command}
   * does not keep as well.
   */
  public String slotProblem() {
    return slotProblem;
  }

  private void keep(WalSegment written) {
    Slot kept = slot;
    if (kept == null) {
      if (slotProblem.isEmpty()) {
        createSlot();
      }
      return;
    }
    Lsn from = written.start(size).plus(-size.bytes());
    if (from.compareTo(kept.from()) > 0) {
      queries.row(
          "select pg_catalog.pg_replication_slot_advance('%s', '%s')".formatted(kept.name(), from));
      slot = new Slot(kept.name(), from);
    }
  }

  private void createSlot() {
    if (!endsWhenSilent) {
      slotProblem = "before version 14 the server would keep the slot of a program that hangs";
      return;
    }
    try {
      List<@Nullable String> row =
          queries.row(
              "select slot_name::text, lsn::text from"
                  + " pg_catalog.pg_create_physical_replication_slot("
                  + "('holdfast_' || pg_catalog.pg_backend_pid())::name, true, true)");
      slot = new Slot(Queries.known(row, SLOT_NAME), Lsn.parse(Queries.known(row, SLOT_LSN)));
    } catch (HoldfastException e) {
      slotProblem = e.getMessage();
    }
  }

  /** Ends the session, and the slot with it. */
  @Override
  public void close() {
    Connector.close(connection);
  }
}

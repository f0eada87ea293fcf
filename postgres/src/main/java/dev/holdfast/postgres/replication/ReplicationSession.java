package dev.holdfast.postgres.replication;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.postgres.session.Connector;
import dev.holdfast.postgres.session.Queries;
import dev.holdfast.postgres.session.SessionTarget;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A session that looks at a server's replication and steers it. It never waits for a standby's
 * confirmation itself. Used by one thread at a time.
 */
public final class ReplicationSession implements AutoCloseable {
  /** The startup process has looked everywhere for more WAL, and waits before it looks again. */
  private static final String NOTHING_LEFT = "RecoveryRetrieveRetryInterval";

  /** It waits for what a WAL receiver brings. */
  private static final String WAITS_FOR_STREAM = "RecoveryWalStream";

  private final Connection connection;
  private final Queries queries;

  private ReplicationSession(Connection connection, Duration timeout) {
    this.connection = connection;
    this.queries = new Queries(connection, timeout);
    queries.run(
        "set search_path = 'pg_catalog'; set application_name = 'holdfast [keeper]';"
            + " set synchronous_commit = local; set statement_timeout = 0; set lock_timeout = 0");
  }

  /**
   * Connects.
   *
   * @param timeout how long connecting and an answer may take, at least a second
   * @throws HoldfastException db-connect (56), db-query (57)
   */
  public static ReplicationSession open(
      SessionTarget target, Duration timeout, Map<String, String> environment) {
    Connection connection = Connector.connectImpatiently(target, timeout, environment);
    try {
      return new ReplicationSession(connection, timeout);
    } catch (HoldfastException e) {
      Connector.abandon(connection, e);
      throw e;
    }
  }

  /** Looks at the server. */
  public ServerView look() {
    return queries.bool("select pg_is_in_recovery()") ? standby() : primary();
  }

  private ServerView primary() {
    Written written = written();
    return new ServerView(
        false,
        written.flushed(),
        true,
        Optional.of(written.timeline()),
        version(),
        synchronousStandbyNames(),
        senders(),
        OptionalLong.empty(),
        "");
  }

  /**
   * How far a primary has written.
   *
   * @param timeline that it writes
   * @param flushed up to where that is durable
   */
  public record Written(Timeline timeline, Lsn flushed) {}

  /** The cluster's own, decimal; any role may ask. */
  public String systemIdentifier() {
    return queries.text("select system_identifier::text from pg_control_system()");
  }

  /** How far a primary has written; any role may ask. */
  public Written written() {
    List<@Nullable String> row =
        queries.row(
            "select lsn::text, pg_walfile_name(lsn) from pg_current_wal_flush_lsn() as lsn");
    return new Written(
        WalSegment.parse(Queries.known(row, 1)).timeline(), Lsn.parse(Queries.known(row, 0)));
  }

  /**
   * What the startup process waits for is asked before the positions, in a statement of its own:
   * when it has nothing left to replay, they do not grow any more.
   */
  private ServerView standby() {
    String waits =
        queries.text(
            "select coalesce((select wait_event from pg_stat_activity"
                + " where backend_type = 'startup'), '')");
    List<@Nullable String> row =
        queries.row(
            """
            select pg_last_wal_receive_lsn()::text, pg_last_wal_replay_lsn()::text,
              (select received_tli::text from pg_stat_wal_receiver where status = 'streaming'),
              (select concat_ws(' ', pid, latest_end_lsn, last_msg_send_time)
                 from pg_stat_wal_receiver where status = 'streaming'),
              (select greatest(0, latest_end_lsn - pg_last_wal_replay_lsn())::bigint::text
                 from pg_stat_wal_receiver where status = 'streaming'),
              current_setting('holdfast.version', true)
            """);
    Lsn received = lsn(row.get(0));
    Lsn replayed = lsn(row.get(1));
    String timeline = row.get(2);
    String heard = row.get(3);
    String lag = row.get(4);
    return new ServerView(
        true,
        received.compareTo(replayed) > 0 ? received : replayed,
        row.get(0) != null || NOTHING_LEFT.equals(waits) || WAITS_FOR_STREAM.equals(waits),
        timeline == null ? Optional.empty() : Optional.of(new Timeline(Long.parseLong(timeline))),
        number(row.get(5)),
        "",
        senders(),
        lag == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(lag)),
        heard == null ? "" : heard);
  }

  private List<WalSender> senders() {
    List<WalSender> senders = new ArrayList<>();
    for (List<@Nullable String> row :
        queries.rows(
            """
            select application_name, pid::text, state,
              concat_ws(' ', flush_lsn, reply_time) from pg_stat_replication
            """)) {
      senders.add(
          new WalSender(
              Queries.known(row, 0),
              Long.parseLong(Queries.known(row, 1)),
              "streaming".equals(row.get(2)),
              Queries.known(row, 3)));
    }
    return senders;
  }

  private static Lsn lsn(@Nullable String text) {
    return text == null ? new Lsn(0) : Lsn.parse(text);
  }

  private static long number(@Nullable String text) {
    return text == null || text.isEmpty() ? 0 : Long.parseLong(text);
  }

  /** The timeline of the last checkpoint, by which {@code pg_rewind} takes its source. */
  public Timeline checkpointTimeline() {
    return new Timeline(
        Long.parseLong(queries.text("select timeline_id::text from pg_control_checkpoint()")));
  }

  /**
   * Whether a server has a file in its WAL directory; a role that may rewind may ask.
   *
   * @param segment its name
   */
  public boolean hasWal(WalSegment segment) {
    return queries.bool("select (pg_stat_file('pg_wal/" + segment + "', true)).size is not null");
  }

  /** How far a primary has inserted WAL: beyond everything that is committed. */
  public Lsn inserted() {
    return Lsn.parse(queries.text("select pg_current_wal_insert_lsn()::text"));
  }

  /**
   * Writes a small logical message into the WAL, so that an idle primary is not a silent one. It
   * changes no data, and nobody decodes it.
   */
  public void emit() {
    queries.row("select pg_logical_emit_message(false, 'holdfast', '')::text");
  }

  /** Makes a checkpoint, so that the one of a shutdown has little to do. */
  public void checkpoint() {
    queries.run("checkpoint");
  }

  /** The slots that keep WAL for the cluster's other nodes. */
  public NodeSlots slots() {
    return new NodeSlots(queries);
  }

  /** Ends recovery; waits for nothing. */
  public void promote() {
    queries.row("select pg_promote(false)");
  }

  /**
   * The processes that have to hear of changed settings, each with what it waits for now. A WAL
   * sender that has not caught up yet lets nobody go before it has read them; one that copies a
   * base backup never does.
   */
  Map<Long, String> concerned() {
    Map<Long, String> waits = new HashMap<>();
    for (List<@Nullable String> row :
        queries.rows(
            """
            select pid::text, coalesce(wait_event, '') from pg_stat_activity
            where backend_type = 'checkpointer'
              or pid in (select pid from pg_stat_replication where state in ('streaming', 'stopping'))
            """)) {
      waits.put(Long.parseLong(Queries.known(row, 0)), Queries.known(row, 1));
    }
    return waits;
  }

  /** Asks the postmaster to read its settings again and to tell everybody. */
  void reload() {
    queries.row("select pg_reload_conf()");
  }

  /** The number of the settings that this session sees; a new one sees what the postmaster has. */
  long version() {
    return number(queries.row("select current_setting('holdfast.version', true)").getFirst());
  }

  /** Who confirms, as the server has it, whoever set it. */
  public String synchronousStandbyNames() {
    return queries.text("select current_setting('synchronous_standby_names')");
  }

  /** A setting as the server has it. */
  public String setting(String name) {
    return queries.text("select current_setting('" + name + "')");
  }

  /** What the configuration files set, those of {@code ALTER SYSTEM} apart. */
  Map<String, String> configured() {
    Map<String, String> settings = new HashMap<>();
    for (List<@Nullable String> row :
        queries.rows(
            """
            select name, setting from pg_settings
            where source = 'configuration file' and sourcefile not like '%/postgresql.auto.conf'
            """)) {
      settings.put(Queries.known(row, 0), Queries.known(row, 1));
    }
    return settings;
  }

  /**
   * Takes back what {@code ALTER SYSTEM} has set; it has its effect with the next reload.
   *
   * @param name of a setting, letters and underscores
   */
  public void resetSystemSetting(String name) {
    queries.run("alter system reset " + name);
  }

  /** Has the settings read again, without a proof of when they are in force. */
  public void readSettings() {
    reload();
  }

  /**
   * Makes the role with which nodes stream, rewind and copy, or gives it another password.
   *
   * @param role its name, of letters and underscores
   * @param verifier of its password, which is told to nobody here: statements are logged
   */
  public void provideRole(String role, ScramVerifier verifier) {
    queries.run(
        """
        do $$ begin
          if not exists (select from pg_roles where rolname = '%1$s') then
            create role %1$s login replication;
          end if;
          alter role %1$s login replication password '%2$s';
          grant execute on function pg_ls_dir(text, boolean, boolean) to %1$s;
          grant execute on function pg_stat_file(text, boolean) to %1$s;
          grant execute on function pg_read_binary_file(text) to %1$s;
          grant execute on function pg_read_binary_file(text, bigint, bigint, boolean) to %1$s;
        end $$
        """
            .formatted(role, verifier.text()));
  }

  @Override
  public void close() {
    Connector.close(connection);
  }
}

package dev.holdfast.postgres.session;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a cluster, which begins and ends backups.
 *
 * <p>A backup belongs to the session that began it: PostgreSQL abandons it when the session ends.
 * Not safe for use by several threads at once.
 */
public final class Session implements AutoCloseable {
  /**
   * What pgBackRest up to 2.57 takes too, so that two backups of one cluster exclude each other.
   */
  private static final long BACKUP_LOCK = 12340078987004321L;

  private final Connection connection;
  private final Queries queries;
  private final ClusterSettings settings;

  private Session(Connection connection, Duration timeout, String application) {
    this.connection = connection;
    this.queries = new Queries(connection, timeout);
    queries.run(preparation(application));
    this.settings = readSettings();
  }

  /**
   * Connects.
   *
   * @param timeout how long a connection attempt and a query may take
   * @param application the name that {@code pg_stat_activity} shows, for example {@code holdfast
   *     [backup]}
   * @throws HoldfastException db-connect (56), db-query (57)
   */
  public static Session open(SessionTarget target, Duration timeout, String application) {
    Connection connection = Connector.connect(target, timeout, System.getenv());
    try {
      return new Session(connection, timeout, application);
    } catch (HoldfastException e) {
      Connector.abandon(connection, e);
      throw e;
    }
  }

  /**
   * Nothing that a role's settings or a schema's functions say may change what we ask, and a
   * session waits for hours while the files are copied.
   */
  private String preparation(String application) {
    StringBuilder sql = new StringBuilder();
    sql.append("set search_path = 'pg_catalog';");
    sql.append("set application_name = '").append(application.replace("'", "''")).append("';");
    sql.append("set max_parallel_workers_per_gather = 0;");
    sql.append("set statement_timeout = 0;");
    sql.append("set lock_timeout = 0;");
    if (queries.serverMajor() >= 14) {
      sql.append("set idle_session_timeout = 0;");
    }
    return sql.toString();
  }

  private ClusterSettings readSettings() {
    List<@Nullable String> row =
        queries.row(
            """
            select
              (select setting from pg_catalog.pg_settings where name = 'server_version_num'),
              (select setting from pg_catalog.pg_settings where name = 'data_directory'),
              (select setting from pg_catalog.pg_settings where name = 'archive_mode'),
              (select setting from pg_catalog.pg_settings where name = 'archive_command'),
              (select setting from pg_catalog.pg_settings where name = 'checkpoint_timeout')
            """);
    List<String> known = new ArrayList<>();
    for (String value : row) {
      if (value == null) {
        throw new HoldfastException(
            ErrorCode.DB_QUERY,
            "the server hides some of its settings from this role",
            "Run it as the user that owns the cluster, usually 'postgres'.",
            "Or grant the role pg_read_all_settings.");
      }
      known.add(value);
    }
    return new ClusterSettings(
        PgVersion.ofServerVersion(Integer.parseInt(known.get(0))),
        known.get(1),
        known.get(2),
        known.get(3),
        Duration.ofSeconds(Long.parseLong(known.get(4))));
  }

  /** What the server said of its configuration when the session was opened. */
  public ClusterSettings settings() {
    return settings;
  }

  /** Whether the server is a standby now. */
  public boolean isInRecovery() {
    return queries.bool("select pg_catalog.pg_is_in_recovery()");
  }

  /** The server's clock, milliseconds since 1970. */
  public long timeMillis() {
    return Long.parseLong(
        queries.text("select (extract(epoch from pg_catalog.clock_timestamp()) * 1000)::bigint"));
  }

  /**
   * Takes the cluster's lock for backups, until the session ends.
   *
   * @throws HoldfastException lock-acquire (50) when another session holds it
   */
  public void lockBackups() {
    if (!queries.bool("select pg_catalog.pg_try_advisory_lock(" + BACKUP_LOCK + ")")) {
      throw new HoldfastException(
          ErrorCode.LOCK_ACQUIRE,
          "unable to acquire the advisory lock for backups of this cluster",
          "Is another backup of this cluster running, perhaps on another host?");
    }
  }

  /** The segment that is written now; on a primary only. */
  public WalSegment currentSegment() {
    return WalSegment.parse(
        queries.text("select pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn())"));
  }

  /**
   * Begins a backup.
   *
   * @param fast whether to force a checkpoint rather than to wait for the next one
   */
  public BackupStart startBackup(boolean fast) {
    boolean renamed = settings.version().isAtLeast(15);
    List<@Nullable String> row =
        queries.row(
            "select lsn::text, pg_catalog.pg_walfile_name(lsn) from pg_catalog."
                + (renamed ? "pg_backup_start" : "pg_start_backup")
                + "('Holdfast backup started at ' || current_timestamp, "
                + fast
                + (renamed ? "" : ", false")
                + ") as lsn");
    return new BackupStart(
        Lsn.parse(Queries.known(row, 0)), WalSegment.parse(Queries.known(row, 1)), null);
  }

  /** Ends the backup that this session began, without waiting for the archive. */
  public BackupStop stopBackup() {
    String call =
        settings.version().isAtLeast(15) ? "pg_backup_stop(false)" : "pg_stop_backup(false, false)";
    List<@Nullable String> row =
        queries.row(
            "select lsn::text, pg_catalog.pg_walfile_name(lsn), labelfile, spcmapfile"
                + " from pg_catalog."
                + call);
    String map = row.get(3);
    return new BackupStop(
        Lsn.parse(Queries.known(row, 0)),
        WalSegment.parse(Queries.known(row, 1)),
        Queries.known(row, 2),
        map == null || map.isBlank() ? null : map);
  }

  /**
   * Makes the current segment complete, so that it will be archived.
   *
   * @return that segment
   */
  public WalSegment switchWal() {
    // A switch does nothing on an untouched segment, so something is written into it first.
    queries.text("select pg_catalog.pg_create_restore_point('Holdfast Archive Check')::text");
    return WalSegment.parse(
        queries.text("select pg_catalog.pg_walfile_name(pg_catalog.pg_switch_wal())"));
  }

  /** The cluster's databases. */
  public List<DatabaseName> databases() {
    List<DatabaseName> databases = new ArrayList<>();
    for (List<@Nullable String> row :
        queries.rows(
            """
            select oid::text, datname::text,
              (select oid::text from pg_catalog.pg_database where datname = 'template0')
            from pg_catalog.pg_database
            """)) {
      String lastSystem = row.get(2);
      databases.add(
          new DatabaseName(
              Long.parseLong(Queries.known(row, 0)),
              Queries.known(row, 1),
              lastSystem == null ? 0 : Long.parseLong(lastSystem)));
    }
    return databases;
  }

  /** The names of the cluster's tablespaces by object id. */
  public Map<Long, String> tablespaces() {
    Map<Long, String> tablespaces = new HashMap<>();
    for (List<@Nullable String> row :
        queries.rows("select oid::text, spcname::text from pg_catalog.pg_tablespace")) {
      tablespaces.put(Long.parseLong(Queries.known(row, 0)), Queries.known(row, 1));
    }
    return tablespaces;
  }

  /** How far a standby has replayed; null when it is none (any more). */
  public @Nullable Lsn replayed() {
    String lsn = queries.row("select pg_catalog.pg_last_wal_replay_lsn()::text").getFirst();
    return lsn == null ? null : Lsn.parse(lsn);
  }

  /** Makes a checkpoint; on a standby a restart point. */
  public void checkpoint() {
    queries.run("checkpoint");
  }

  /** Where the last checkpoint lies, as the control file says. */
  public Lsn checkpointLsn() {
    return Lsn.parse(
        queries.text("select checkpoint_lsn::text from pg_catalog.pg_control_checkpoint()"));
  }

  /** The timeline of the last checkpoint. */
  public Timeline checkpointTimeline() {
    return new Timeline(
        Long.parseLong(
            queries.text("select timeline_id::text from pg_catalog.pg_control_checkpoint()")));
  }

  /** Ends the session, and a backup that it began. */
  @Override
  public void close() {
    Connector.close(connection);
  }
}

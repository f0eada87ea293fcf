package dev.holdfast.postgres.replication;

import static dev.holdfast.postgres.ClusterSandbox.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.postgres.ClusterSandbox;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.PostgresInstallation;
import dev.holdfast.postgres.process.ServerControl;
import dev.holdfast.postgres.session.Connector;
import dev.holdfast.postgres.session.Queries;
import dev.holdfast.postgres.session.SessionTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of real servers, over their replication protocol. */
class BaseBackupTest {
  private static final String ROLE = "copier";
  private static final String PASSWORD = "a password";
  private static final String DIGEST =
      "select count(*) || ' ' || md5(string_agg(id || filler, ',' order by id)) from load";

  private static SessionTarget socket(LocalCluster cluster) {
    return new SessionTarget(
        cluster.place().sockets().toString(), cluster.place().port(), "postgres", "postgres");
  }

  private static SessionTarget tcp(int port) {
    return new SessionTarget("127.0.0.1", port, "postgres", ROLE);
  }

  private static String sql(LocalCluster cluster, String sql) {
    Connection connection = Connector.connect(socket(cluster), PATIENCE, Map.of());
    try {
      return new Queries(connection, PATIENCE).text(sql);
    } finally {
      Connector.close(connection);
    }
  }

  private static void run(LocalCluster cluster, String sql) {
    Connection connection = Connector.connect(socket(cluster), PATIENCE, Map.of());
    try {
      new Queries(connection, PATIENCE).run(sql);
    } finally {
      Connector.close(connection);
    }
  }

  private static LocalCluster primary(ClusterSandbox sandbox, int major) {
    LocalCluster primary = sandbox.create(major, "--data-checksums");
    fill(primary);
    return primary;
  }

  private static void fill(LocalCluster primary) {
    primary.configure("wal_level = replica\nmax_wal_senders = 4\nmax_replication_slots = 4");
    primary.start(
        "-c port=%d -c listen_addresses=127.0.0.1 -c unix_socket_directories='%s'"
            .formatted(primary.place().port(), primary.place().sockets()),
        PATIENCE);
    run(
        primary,
        """
        create table load (id bigserial primary key, filler text);
        insert into load (filler)
        select repeat(md5(i::text), 20) from generate_series(1, 20000) i;
        create unlogged table volatile as select * from load;
        create role copier login replication password 'a password'
        """);
  }

  /** Commits until it is closed. */
  private static final class Writer implements AutoCloseable {
    private final Thread thread;
    private volatile boolean ended;
    private volatile int rows;

    Writer(LocalCluster primary) {
      this.thread =
          Thread.ofVirtual()
              .start(() -> {
                Connection connection = Connector.connect(socket(primary), PATIENCE, Map.of());
                Queries queries = new Queries(connection, PATIENCE);
                while (!ended) {
                  queries.run(
                      "insert into load (filler) select repeat('x', 500) from"
                          + " generate_series(1, 50); update load set filler = filler || 'y'"
                          + " where id % 1000 = "
                          + rows % 1000);
                  rows++;
                }
                Connector.close(connection);
              });
    }

    void awaitRows() {
      int goal = rows + 3;
      while (rows < goal) {
        assertThat(thread.isAlive()).isTrue();
        Thread.onSpinWait();
      }
    }

    @Override
    public void close() throws InterruptedException {
      ended = true;
      assertThat(thread.join(PATIENCE)).isTrue();
    }
  }

  private static LocalCluster standby(ClusterSandbox sandbox, LocalCluster primary, Path copy)
      throws IOException {
    Files.writeString(copy.resolve("standby.signal"), "");
    ExternalProgram.run(
            List.of("chown", "-R", sandbox.owner().name(), copy.toString()), Map.of(), PATIENCE)
        .orThrow("give the copy away");
    LocalCluster standby =
        sandbox.existing(primary.installation(), String.valueOf(copy.getFileName()));
    standby.configure(
        "primary_conninfo = 'host=%s port=%d user=postgres'"
            .formatted(primary.place().sockets(), primary.place().port()));
    standby.start(PATIENCE);
    return standby;
  }

  private static void awaitReplay(LocalCluster standby, String lsn) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!sql(standby, "select (pg_last_wal_replay_lsn() >= '" + lsn + "')::text")
        .equals("true")) {
      assertThat(System.nanoTime() - end).isNegative();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 14, 15, 16, 17, 18})
  void becomesAStandbyWithEveryRowThoughWritingGoesOn(int major) throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster primary = primary(sandbox, major);
      Path copy = sandbox.directory().resolve("copy");
      try (Writer writer = new Writer(primary)) {
        writer.awaitRows();
        new BaseBackup(socket(primary), Map.of()).into(copy);
        writer.awaitRows();
      }
      assertThat(sql(primary, "select count(*)::text from pg_replication_slots")).isEqualTo("0");
      LocalCluster standby = standby(sandbox, primary, copy);
      awaitReplay(standby, sql(primary, "select pg_current_wal_lsn()::text"));
      assertThat(sql(standby, DIGEST)).isEqualTo(sql(primary, DIGEST));
      standby.promote(PATIENCE);
      assertThat(sql(standby, "select count(*)::text from volatile")).isEqualTo("0");
    }
  }

  @Test
  void copiesThroughTlsWithAPassword() throws Exception {
    PostgresInstallation debian = PostgresInstallation.newest().orElseThrow();
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster primary =
          LocalCluster.initialize(
              debian,
              ClusterPlace.below(sandbox.directory(), "pg"),
              sandbox.owner(),
              List.of("--no-sync"));
      try (primary) {
        Path data = primary.place().data();
        Files.writeString(
            data.resolve("pg_hba.conf"),
            "local all all trust\nhostssl replication copier 127.0.0.1/32 scram-sha-256\n");
        sandbox.run(
            "openssl",
            "req",
            "-new",
            "-x509",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            data.resolve("server.key").toString(),
            "-out",
            data.resolve("server.crt").toString());
        primary.configure("ssl = on\npassword_encryption = 'scram-sha-256'");
        fill(primary);
        SessionTarget target = tcp(primary.place().port());
        Path copy = sandbox.directory().resolve("copy");
        new BaseBackup(target, Map.of("PGPASSWORD", PASSWORD)).into(copy);
        assertThat(copy.resolve("global/pg_control")).exists();
        assertThatThrownBy(() ->
                new BaseBackup(target, Map.of("PGPASSWORD", "another"))
                    .into(sandbox.directory().resolve("none")))
            .isInstanceOfSatisfying(
                HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DB_CONNECT));
        assertThatThrownBy(() ->
                new BaseBackup(target, Map.of("PGPASSWORD", PASSWORD, "PGSSLMODE", "disable"))
                    .into(sandbox.directory().resolve("none")))
            .isInstanceOf(HoldfastException.class)
            .hasMessageContaining("no encryption");
        assertThat(sandbox.directory().resolve("none")).doesNotExist();
      }
    }
  }

  @Test
  void refusesAServerWithTablespaces() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster primary = primary(sandbox, 18);
      Path elsewhere = sandbox.owner().createDirectory(sandbox.directory().resolve("ts"), 0700);
      run(primary, "create tablespace elsewhere location '" + elsewhere + "'");
      Path copy = sandbox.directory().resolve("copy");
      assertThatThrownBy(() -> new BaseBackup(socket(primary), Map.of()).into(copy))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("tablespace in '" + elsewhere + "'");
      assertThat(copy).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void noticesDamage(int major) throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster primary = primary(sandbox, major);
      run(primary, "checkpoint");
      Path file =
          primary.place().data().resolve(sql(primary, "select pg_relation_filepath('load')"));
      byte[] content = Files.readAllBytes(file);
      content[5 * 8192 + 4000] ^= 1;
      Files.write(file, content);
      assertThatThrownBy(() ->
              new BaseBackup(socket(primary), Map.of()).into(sandbox.directory().resolve("copy")))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("checksum");
    }
  }

  /** With {@code pg_basebackup} missing, as the embedded programs have it. */
  @Test
  void takesThePlaceOfADataDirectoryOnlyWhenItIsWhole() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster primary = primary(sandbox, 18);
      Path data = Files.createDirectory(sandbox.directory().resolve("node"));
      Path aside = sandbox.directory().resolve("node.before");
      Files.writeString(data.resolve("old"), "");
      PeerCopy copies =
          new PeerCopy(
              new ServerControl(
                  primary.installation(), data, sandbox.directory().resolve("log"), Map.of()),
              new Upstreams(sandbox.directory().resolve("services"), ROLE, PASSWORD),
              data);
      assertThat(copies.canRewind()).isFalse();

      try (CutWire wire = new CutWire(primary.place().port(), 3_000_000)) {
        assertThatThrownBy(
                () -> copies.copy(new ServerAddress("127.0.0.1", wire.port()), () -> false))
            .isInstanceOfSatisfying(
                HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DB_CONNECT));
      }
      assertThat(data.resolve("old")).exists();
      assertThat(aside).doesNotExist();

      copies.copy(new ServerAddress("127.0.0.1", primary.place().port()), () -> false);
      assertThat(data.resolve("global/pg_control")).exists();
      assertThat(data.resolve("old")).doesNotExist();
      assertThat(aside.resolve("old")).exists();
      assertThat(sandbox.directory().resolve("node.copying")).doesNotExist();
      assertThat(Files.getPosixFilePermissions(data)).hasSize(3);
    }
  }

  @Test
  void isGivenUpWhenNobodyWantsItAnyMoreThoughNothingComes() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      LocalCluster primary = primary(sandbox, 18);
      Path copy = sandbox.directory().resolve("copy");
      AtomicBoolean unwanted = new AtomicBoolean();
      AtomicReference<Object> ended = new AtomicReference<>("with success");
      try (CutWire wire = CutWire.stalling(primary.place().port(), 3_000_000)) {
        Map<String, String> password = Map.of("PGPASSWORD", PASSWORD);
        Thread copying =
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    new BaseBackup(tcp(wire.port()), password).into(copy, unwanted::get);
                  } catch (HoldfastException e) {
                    ended.set(e.code());
                  }
                });
        assertThat(wire.awaitStall(PATIENCE)).isTrue();
        assertThat(copying.join(Duration.ofMillis(200))).isFalse();
        unwanted.set(true);
        assertThat(copying.join(PATIENCE)).isTrue();
        assertThat(wire.awaitLeft(PATIENCE)).isTrue();
      }
      assertThat(ended.get()).isEqualTo(ErrorCode.TERM);
    }
  }

  @Test
  void waitsForAProgramThatAnotherKeeperHasLeftBehind() throws Exception {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      Path lock = sandbox.directory().resolve("programs.lock");
      ServerControl control =
          new ServerControl(
              ClusterSandbox.installation(18),
              sandbox.directory().resolve("node"),
              sandbox.directory().resolve("log"),
              Map.of());
      Process program =
          new ProcessBuilder("flock", "--exclusive", lock.toString(), "cat")
              .redirectOutput(ProcessBuilder.Redirect.PIPE)
              .start();
      program.getOutputStream().write('\n');
      program.getOutputStream().flush();
      assertThat(program.getInputStream().read()).isEqualTo('\n');
      Thread ours = Thread.ofPlatform().start(() -> control.alone(() -> false).close());
      assertThat(ours.join(Duration.ofMillis(200))).isFalse();
      assertThatThrownBy(() -> control.alone(() -> true))
          .isInstanceOfSatisfying(
              HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TERM));
      program.getOutputStream().close();
      assertThat(ours.join(PATIENCE)).isTrue();
      control.runAlone(List.of("true"), PATIENCE).orThrow("take the lock again");
    }
  }
}

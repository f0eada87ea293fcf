package dev.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.routing.pgbouncer.Pgbouncer;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPgbouncer;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A primary, its standby, a PgBouncer and a client that never stops writing. */
class ReroutingTest {
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private final List<String> news = new ArrayList<>();
  private TestDirectory directory;
  private TestPostgres primary;
  private TestPostgres standby;
  private TestPgbouncer pgbouncer;

  @BeforeEach
  void start() {
    directory = TestDirectory.create();
    primary =
        TestPostgres.startIn(
            directory, TestPostgres.system(), TestClusterOptions.defaults().named("a"));
    primary.sql("create table written (id bigint)");
    standby = primary.standby("b");
    pool("transaction");
  }

  private void pool(String mode) {
    pgbouncer =
        TestPgbouncer.start(
            directory,
            List.of(
                "app = dbname=postgres " + at(primary),
                "elsewhere = dbname=postgres host=/nowhere port=1"),
            List.of("pool_mode = " + mode));
  }

  private static String at(TestPostgres postgres) {
    return "host=" + postgres.socketDirectory() + " port=" + postgres.port();
  }

  private static ServerAddress address(TestPostgres postgres) {
    return new ServerAddress(postgres.socketDirectory().toString(), postgres.port());
  }

  @AfterEach
  void stop() {
    // What did not start is null.
    if (pgbouncer != null) {
      pgbouncer.close();
    }
    if (standby != null) {
      standby.close();
    }
    if (primary != null) {
      primary.close();
    }
    directory.close();
  }

  private Rerouting rerouting() {
    Pgbouncer.Login login =
        new Pgbouncer.Login(
            LocalCluster.SUPERUSER, LocalCluster.SUPERUSER, "postgres", Duration.ofSeconds(20));
    Pgbouncer pooler = new Pgbouncer(pgbouncer.configuration(), login, Map.of());
    return new Rerouting(pooler, Set.of("app"), news::add);
  }

  private static ServerAddress never() {
    throw new AssertionError("nothing is to be changed");
  }

  private void waitForStandby(String synchronousNames) {
    primary.sql("alter system set synchronous_standby_names = '" + synchronousNames + "'");
    primary.sql("select pg_reload_conf()");
  }

  private static long rows(TestPostgres postgres) {
    return Long.parseLong(postgres.sql("select count(distinct id) from written"));
  }

  private static void assertCode(ErrorCode code, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(HoldfastException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void aPlannedSwitchoverShowsClientsNoError() {
    try (WritingClient client = WritingClient.start(pgbouncer)) {
      client.awaitMore(20);
      rerouting()
          .planned(
              DRAIN,
              () -> {
                // A server that stops in good order waits until its standby has everything.
                primary.stop();
                standby.sql("select pg_promote()");
                return address(standby);
              });
      client.awaitMore(20);
      client.close();
      assertThat(client.errors()).isEmpty();
      assertThat(rows(standby)).isEqualTo(client.acknowledged());
    }
    assertThat(news).hasSize(4);
  }

  @Test
  void afterACrashNothingAcknowledgedIsLostAndClientsComeBack() {
    waitForStandby("b");
    try (WritingClient client = WritingClient.start(pgbouncer)) {
      client.awaitMore(20);
      primary.kill9();
      standby.sql("select pg_promote()");
      rerouting().unplanned(address(standby), false);
      client.awaitMore(20);
      client.close();
      assertThat(client.errors()).isNotEmpty();
      // A row whose commit was cut off may be there once more, by its number.
      assertThat(rows(standby)).isEqualTo(client.acknowledged());
    }
  }

  @Test
  void aFrozenPrimaryIsNotWaitedFor() {
    waitForStandby("b");
    try (WritingClient client = WritingClient.start(pgbouncer)) {
      client.awaitMore(20);
      long frozen = postmaster(primary);
      signal("STOP", frozen);
      try {
        assertCode(
            ErrorCode.LOCK_ACQUIRE,
            () -> rerouting().planned(Duration.ofMillis(500), ReroutingTest::never));
        standby.sql("select pg_promote()");
        rerouting().unplanned(address(standby), false);
        client.awaitMore(20);
      } finally {
        signal("CONT", frozen);
      }
      client.awaitMore(20);
      client.close();
      assertThat(rows(standby)).isEqualTo(client.acknowledged());
    }
  }

  private static long postmaster(TestPostgres postgres) {
    try {
      return Long.parseLong(
          Files.readAllLines(postgres.pgdata().resolve("postmaster.pid")).getFirst());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** To the postmaster and all its children. */
  private void signal(String name, long postmaster) {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name, Long.toString(postmaster)));
    ProcessHandle.of(postmaster)
        .orElseThrow()
        .descendants()
        .forEach(child -> command.add(Long.toString(child.pid())));
    directory.run(command.toArray(String[]::new));
  }

  @Test
  void aClientThatDoesNotLetGoIsNotDisturbedByAnAttempt() throws SQLException {
    pgbouncer.close();
    pool("session");
    try (Connection held = pgbouncer.connect("app");
        var statement = held.createStatement()) {
      statement.execute("insert into written values (1)");
      assertCode(
          ErrorCode.LOCK_ACQUIRE,
          () -> rerouting().planned(Duration.ofMillis(300), ReroutingTest::never));
      statement.execute("insert into written values (2)");
      try (Connection another = pgbouncer.connect("app");
          var other = another.createStatement()) {
        other.execute("insert into written values (3)");
      }
    }
    assertThat(rows(primary)).isEqualTo(3);
  }

  @Test
  void clientsThatAreThereAlreadyAreNotDisturbedUnlessForced() {
    try (WritingClient client = WritingClient.start(pgbouncer)) {
      client.awaitMore(5);
      rerouting().unplanned(address(primary), false);
      client.awaitMore(5);
      assertThat(client.errors()).isEmpty();
      rerouting().unplanned(address(primary), true);
      client.awaitMore(5);
      assertThat(client.errors()).isNotEmpty();
    }
  }

  @Test
  void clientsAreNotSentToAStandby() throws IOException {
    String before = Files.readString(pgbouncer.configuration());
    assertCode(ErrorCode.DB_MISMATCH, () -> rerouting().unplanned(address(standby), false));
    assertThat(pgbouncer.configuration()).hasContent(before);
    try (WritingClient client = WritingClient.start(pgbouncer)) {
      client.awaitMore(5);
    }
  }

  @Test
  void whenTheChangeFailsClientsGoOnWhereTheyWere() {
    try (WritingClient client = WritingClient.start(pgbouncer)) {
      client.awaitMore(5);
      assertThatThrownBy(() ->
              rerouting()
                  .planned(
                      DRAIN,
                      () -> {
                        throw new HoldfastException(ErrorCode.TERM, "the change failed");
                      }))
          .hasMessageContaining("the change failed");
      client.awaitMore(20);
      client.close();
      assertThat(client.errors()).isEmpty();
      assertThat(rows(primary)).isEqualTo(client.acknowledged());
    }
  }

  @Test
  void aPoolerThatDoesNotRunIsToldAndItsFileIsRightAllTheSame() throws IOException {
    pgbouncer.close();
    primary.kill9();
    standby.sql("select pg_promote()");
    assertCode(ErrorCode.DB_CONNECT, () -> rerouting().unplanned(address(standby), false));
    assertThat(Files.readString(pgbouncer.configuration()))
        .contains("app = dbname=postgres " + at(standby))
        .contains("elsewhere = dbname=postgres host=/nowhere port=1");
  }
}

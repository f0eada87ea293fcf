package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.testkit.CommittingClient;
import dev.holdfast.testkit.TestDirectory;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers that were made by hand and serve clients become a cluster. */
class AdoptTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private final TestDirectory directory = TestDirectory.create();
  private final int monitorPort = ClusterPlace.freePort();
  private final String address = "http://127.0.0.1:" + monitorPort;
  private final MonitorClient monitor =
      new MonitorClient(URI.create(address), HandMadeServer.STANZA, Duration.ofSeconds(5));
  private final List<HandMadeServer> servers = new ArrayList<>();
  private final HoldfastCommand.Running monitorProcess =
      HoldfastCommand.start(
          "monitor",
          "--no-config",
          "--monitor-listen=127.0.0.1:" + monitorPort,
          "--monitor-path=" + directory.path().resolve("monitor"),
          "--log-level-file=off",
          "--log-level-console=info");

  @AfterEach
  void end() throws InterruptedException {
    monitor.close();
    servers.forEach(HandMadeServer::close);
    monitorProcess.process().destroyForcibly().waitFor();
    directory.close();
  }

  @Test
  void aSynchronousPairIsAdoptedUnderItsClientsAndFailsOver() {
    HandMadeServer primary = noted(HandMadeServer.debian(directory, "db1", address));
    HandMadeServer standby = noted(HandMadeServer.copyOf(primary, "db2", "-R"));
    standby.start();
    primary.sql("alter system set synchronous_standby_names = 'db2'");
    primary.sql("select pg_reload_conf()");
    awaitMonitor();
    try (CommittingClient client = new CommittingClient(url(primary, standby))) {
      client.advance();
      long postmaster = primary.postmaster();

      refused(standby.adopt(), ErrorCode.DB_MISMATCH, "Adopt its primary first");
      refused(primary.refusedKeeper(), ErrorCode.PG_RUNNING, "holdfast adopt");
      HoldfastCommand.Outcome trial = primary.adopt("--dry-run");
      assertThat(trial.exit()).as(trial::toString).isZero();
      assertThat(trial.out())
          .contains("15.", "a primary", "not needed", "outside of the data directory")
          .contains("'db2'", "stays until a second node registers", "Nothing is done");
      assertThat(primary.data().resolve("holdfast.conf")).doesNotExist();
      assertThat(primary.sql("show synchronous_standby_names")).isEqualTo("db2");

      done(primary.adopt(), "It is node 1 of cluster 'main'");
      done(primary.adopt(), "node 1 already");
      refused(standby.adopt(), ErrorCode.SERVICE, "Start the keeper of the primary");
      assertThat(monitor.view().nodes()).hasSize(1);
      primary.startKeeper();
      await("the primary leads", view -> view.proven() && servesAs(view, "db1", Server.PRIMARY));
      assertThat(primary.sql("show synchronous_standby_names")).isEqualTo("db2");
      assertThat(primary.sql("select sync_state from pg_stat_replication")).isEqualTo("sync");

      HoldfastCommand.Outcome follows = standby.adopt();
      done(follows, "It is node 2 of cluster 'main'");
      assertThat(follows.out()).contains("a standby of 127.0.0.1:" + primary.port(), "once, when");
      done(primary.adopt(), "node 1 already");
      long before = standby.postmaster();
      standby.startKeeper();
      awaitProtected(2);
      assertThat(primary.sql("show synchronous_standby_names")).isEqualTo("ANY 1 (node_2)");
      assertThat(standby.postmaster()).as("it was restarted").isNotEqualTo(before);
      assertThat(standby.said()).doesNotContain("begins Clone", "begins Rewind");
      client.advance();
      assertThat(primary.postmaster()).isEqualTo(postmaster);
      assertThat(client.errors()).as(client::lastError).isZero();

      // A crashed primary can be rewound to where it made a checkpoint before.
      primary.sql("checkpoint");
      primary.killHost();
      await("db2 leads", view -> view.proven() && servesAs(view, "db2", Server.PRIMARY));
      client.advance();
      primary.startKeeper();
      awaitProtected(2);
      assertThat(primary.said()).doesNotContain("begins Clone");
      assertThat(primary.sql("show config_file")).endsWith("/etc/postgresql.conf");
      client.advance();
      client.end();
      assertThat(client.missing()).as(this::said).isEmpty();
    }
  }

  @Test
  void whatCouldLoseDataIsRefusedAndLeftAsItIs() {
    HandMadeServer primary = noted(HandMadeServer.debian(directory, "db1", address));
    HandMadeServer second = noted(HandMadeServer.copyOf(primary, "db2"));
    second.start();
    HandMadeServer foreign = noted(HandMadeServer.plain(directory, "db3", address));
    foreign.touch("standby.signal");
    foreign.start();
    awaitMonitor();

    done(primary.adopt(), "It is node 1");
    primary.startKeeper();
    await("the primary leads", view -> view.proven() && servesAs(view, "db1", Server.PRIMARY));
    refused(second.adopt(), ErrorCode.DB_MISMATCH, "takes writes");
    second.sql("create table still_writes (id int)");
    refused(foreign.adopt(), ErrorCode.DB_MISMATCH, "of another cluster");
    foreign.touch("patroni.dynamic.json");
    refused(foreign.adopt(), ErrorCode.FEATURE_NOT_SUPPORTED, "Patroni manages");
    foreign.remove("patroni.dynamic.json");
    assertThat(foreign.sql("select pg_is_in_recovery()")).isEqualTo("t");
    assertThat(monitor.view().nodes()).hasSize(1);
  }

  @Test
  void anAdoptionThatIsKilledAnywhereIsDoneAgainAndNewNodesHaveTheConfiguration() {
    HandMadeServer primary = noted(HandMadeServer.debian(directory, "db1", address));
    awaitMonitor();
    try (CommittingClient client = new CommittingClient(url(primary))) {
      client.advance();
      long postmaster = primary.postmaster();
      long millis = 300;
      while (primary.startAdopting().killAfter(millis)) {
        client.advance(1, PATIENCE);
        millis += 100 + millis / 4;
      }
      done(primary.adopt(), "node 1 already");
      primary.startKeeper();
      await("the primary leads", view -> view.proven() && servesAs(view, "db1", Server.PRIMARY));

      HandMadeServer fresh = noted(HandMadeServer.absent(directory, "db2", address));
      fresh.startKeeper();
      awaitProtected(2);
      assertThat(fresh.sql("show work_mem")).isEqualTo("7MB");
      assertThat(Files.exists(fresh.data().resolve("postgresql.conf"))).isTrue();
      client.advance();
      assertThat(primary.postmaster()).isEqualTo(postmaster);
      assertThat(client.errors()).as(client::lastError).isZero();
      client.end();
      assertThat(client.missing()).as(this::said).isEmpty();
    }
  }

  private HandMadeServer noted(HandMadeServer server) {
    servers.add(server);
    return server;
  }

  private static String url(HandMadeServer... servers) {
    return "jdbc:postgresql://"
        + List.of(servers).stream()
            .map(server -> "127.0.0.1:" + server.port())
            .collect(Collectors.joining(","))
        + "/postgres?user=app&password=app&targetServerType=primary&connectTimeout=1"
        + "&socketTimeout=10&hostRecheckSeconds=0";
  }

  private void done(HoldfastCommand.Outcome outcome, String text) {
    assertThat(outcome.exit()).as(() -> outcome + said()).isZero();
    assertThat(outcome.out()).contains(text);
  }

  private static void refused(HoldfastCommand.Outcome outcome, ErrorCode code, String text) {
    assertThat(outcome.exit()).as(outcome::toString).isEqualTo(code.number());
    assertThat(outcome.toString()).contains(text);
  }

  private void awaitMonitor() {
    await(
        "the monitor",
        HoldfastException.class::isInstance,
        () -> {
          try {
            return monitor.view();
          } catch (HoldfastException e) {
            return e.code() == ErrorCode.DB_MISSING ? e : "";
          }
        });
  }

  private void awaitProtected(int nodes) {
    await(
        "every standby confirms",
        view ->
            view.proven()
                && view.nodes().size() == nodes
                && view.protection().filter(one -> one.startsWith("ANY")).isPresent()
                && view.nodes().stream()
                        .filter(node -> node.goal().toString().equals("secondary"))
                        .count()
                    == nodes - 1);
  }

  private static boolean servesAs(ClusterView view, String name, Server server) {
    return view.node(name)
        .filter(node -> view.primary().filter(node.id()::equals).isPresent())
        .flatMap(ClusterView.NodeView::seen)
        // What its keeper says; the adoption has promised nothing.
        .filter(seen -> !seen.silent() && seen.promised() == view.epoch())
        .filter(seen -> seen.server() == server)
        .isPresent();
  }

  private void await(String what, Predicate<ClusterView> condition) {
    await(
        what,
        found -> found instanceof ClusterView view && condition.test(view),
        () -> {
          try {
            return monitor.view();
          } catch (HoldfastException e) {
            return e;
          }
        });
  }

  private void await(
      String what, Predicate<Object> condition, java.util.function.Supplier<Object> look) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Object last = look.get();
    while (!condition.test(last)) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(what + " was waited for in vain: " + last + "\n" + said());
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      last = look.get();
    }
  }

  private String said() {
    return servers.stream().map(HandMadeServer::said).collect(Collectors.joining("\n"));
  }
}

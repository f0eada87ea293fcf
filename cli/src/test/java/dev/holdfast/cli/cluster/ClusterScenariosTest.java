package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.testkit.CommittingClient;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A cluster of real processes on bad days. In each, a client commits all the time, and every row
 * that was acknowledged to it is there exactly once in the end.
 */
class ClusterScenariosTest {
  @Test
  void aPlannedAndAnUnplannedChangeOfThePrimaryLoseNothing() {
    try (ClusterSite site = new ClusterSite()) {
      site.form(2);
      try (CommittingClient client = new CommittingClient(site.url())) {
        client.advance();
        client.longestPause();

        HoldfastCommand.Outcome switchover = site.operator("switchover");
        assertThat(switchover.exit()).as(switchover::toString).isZero();
        assertThat(site.primary().name()).isEqualTo("n2");
        client.advance();
        say("switchover", client);
        site.awaitProtected();
        assertThat(List.of(site.node(1).health("/primary"), site.node(2).health("/primary")))
            .containsExactly(false, true);
        assertThat(site.node(1).health("/replica?lag=16MB")).isTrue();
        assertThat(site.node(1).health("/synchronous")).isTrue();

        ClusterSite.Node failed = site.primary();
        failed.killHost();
        site.awaitPrimary("n1");
        client.advance();
        say("keeper and postmaster killed", client);

        failed.startKeeper();
        site.awaitProtected();
        client.advance();
        client.end();
        assertThat(client.missing()).as(site::said).isEmpty();
      }
    }
  }

  @Test
  void whatOnlyTheFormerPrimaryHadIsTakenBackWhenItRejoins() {
    try (ClusterSite site = new ClusterSite()) {
      site.form(2);
      try (CommittingClient client = new CommittingClient(site.url())) {
        client.advance();
        ClusterSite.Node failed = site.primary();
        failed.killKeeper();
        failed.silenceSenders();
        // Acknowledged by nobody but this server, as it was asked to.
        failed.sql("set synchronous_commit = local; create table only_here (id int)");
        failed.killEverything();
        site.awaitPrimary("n2");
        client.advance();

        failed.startKeeper();
        site.awaitProtected();
        assertThat(failed.said()).contains("begins Rewind");
        assertThat(failed.sql("select to_regclass('only_here') is null")).isEqualTo("t");
        client.advance();
        client.end();
        assertThat(client.missing()).as(site::said).isEmpty();
      }
    }
  }

  @Test
  void aPrimaryThatStoodStillAcknowledgesNothingWhenItGoesOn() {
    try (ClusterSite site = new ClusterSite()) {
      site.form(2);
      try (CommittingClient client = new CommittingClient(site.url())) {
        client.advance();
        client.longestPause();
        ClusterSite.Node frozen = site.primary();
        frozen.freeze(true);
        site.awaitPrimary("n2");
        client.advance();
        say("the host stood still", client);

        frozen.freeze(false);
        assertThat(acknowledges(site.url(frozen))).as(site::said).isFalse();
        site.awaitProtected();
        client.advance();
        client.end();
        assertThat(client.missing()).as(site::said).isEmpty();
      }
    }
  }

  @Test
  void commitsDoNotWaitLongForALastStandbyWhoseHostIsSilent() {
    try (ClusterSite site = new ClusterSite()) {
      site.form(2);
      try (CommittingClient client = new CommittingClient(site.url())) {
        client.advance();
        client.longestPause();
        ClusterSite.Node primary = site.primary();
        // Its connections stay, as those of a host without power do.
        site.node(2).freeze(true);
        site.await(
            "an unprotected primary", view -> view.protection().orElse("").equals("unprotected"));
        client.advance();
        Duration pause = client.longestPause();
        System.out.printf("the standby stood still: %d ms without a commit%n", pause.toMillis());
        assertThat(pause).as(site::said).isLessThan(Duration.ofSeconds(15));

        site.node(2).freeze(false);
        site.awaitProtected();
        assertThat(site.primary()).isSameAs(primary);
        client.advance();
        client.end();
        assertThat(client.missing()).as(site::said).isEmpty();
      }
    }
  }

  @Test
  void theMonitorThatDecidesAndThePrimaryDieAtOnceAndNothingIsLost() {
    try (ClusterSite site = new ClusterSite("m1", "m2", "m3")) {
      site.form(2);
      try (CommittingClient client = new CommittingClient(site.url())) {
        client.advance();
        // Without the monitor alone, nothing happens to PostgreSQL.
        MonitorSite.Member first = site.monitors().leader();
        long postmaster = site.primary().postmaster();
        first.kill();
        site.awaitProtected();
        client.advance();
        assertThat(site.primary().postmaster()).isEqualTo(postmaster);
        first.start();
        site.monitors().agreed(3);
        client.longestPause();

        ClusterSite.Node failed = site.primary();
        MonitorSite.Member second = site.monitors().leader();
        second.kill();
        failed.killHost();
        site.awaitPrimary("n2");
        client.advance();
        say("the monitor that decides and the primary's host died at once", client);
        second.start();
        failed.startKeeper();
        site.awaitProtected();
        client.advance();
        client.end();
        assertThat(client.missing()).as(site::said).isEmpty();
      }
    }
  }

  @Test
  void aPostgresThatStandsStillBesideItsKeeperIsReplaced() {
    try (ClusterSite site = new ClusterSite()) {
      site.form(2);
      try (CommittingClient client = new CommittingClient(site.url())) {
        client.advance();
        client.longestPause();
        site.primary().freezePostgres();
        site.awaitPrimary("n2");
        client.advance();
        say("PostgreSQL stood still", client);
        // Its keeper has ended what stood still, and it follows.
        site.awaitProtected();
        client.advance();
        client.end();
        assertThat(client.missing()).as(site::said).isEmpty();
      }
    }
  }

  @Test
  void whatNeedsNoFailoverGetsNoneAlsoOverTlsWithRenewedCertificates() {
    try (ClusterSite site = ClusterSite.overTls()) {
      site.form(2);
      ClusterSite.Node primary = site.primary();
      try (CommittingClient client = new CommittingClient(site.url())) {
        client.advance();
        client.longestPause();

        List<Long> before = primary.processes();
        long postmaster = primary.postmaster();
        assertThat(primary.stopKeeper()).isZero();
        assertThat(primary.postmaster()).isEqualTo(postmaster);
        assertThat(before).contains(postmaster);
        primary.startKeeper();
        site.awaitProtected();
        assertThat(primary.postmaster()).isEqualTo(postmaster);

        site.certificates().renew();
        site.killMonitor();
        client.advance();
        site.startMonitor();
        site.awaitProtected();
        client.advance();
        assertThat(client.longestPause()).as(site::said).isLessThan(Duration.ofSeconds(2));
        assertThat(site.primary()).isSameAs(primary);

        String standby = primary.name().equals("n1") ? "n2" : "n1";
        assertThat(site.operator("maintenance", "on", standby).exit()).as(site::said).isZero();
        client.longestPause();
        primary.killPostmaster();
        site.await("PostgreSQL is up again", view -> restarted(primary, postmaster));
        client.advance();
        say("the postmaster killed, alone", client);
        assertThat(site.primary()).isSameAs(primary);
        assertThat(site.operator("maintenance", "off", standby).exit()).as(site::said).isZero();
        site.awaitProtected();

        client.longestPause();
        primary.killPostmaster();
        site.awaitPrimary(standby);
        client.advance();
        say("the postmaster killed", client);
        client.end();
        assertThat(client.missing()).as(site::said).isEmpty();

        site.await(
            "the renewed certificate",
            view -> primary.said().contains("the changed certificates are in use"));
        HoldfastCommand.Outcome status = site.operator("status");
        assertThat(status.exit()).as(status::toString).isZero();
        assertThat(site.secret()).hasSizeGreaterThan(31);
        assertThat(site.certificates().secrets()).hasSize(6);
        assertThat(site.said() + status)
            .contains("https://")
            .doesNotContain(site.secret())
            .doesNotContain(site.certificates().secrets());
      }
    }
  }

  @Test
  void aMonitorThatHasLostItsStateKnowsTheClusterAgainFromItsNodes() {
    try (ClusterSite site = new ClusterSite()) {
      site.form(2);
      try (CommittingClient client = new CommittingClient(site.url())) {
        client.advance();
        ClusterSite.Node primary = site.primary();
        long postmaster = primary.postmaster();
        site.loseMonitor();
        awaitAgreement(site, "monitors", "rebuild", "--dry-run");
        HoldfastCommand.Outcome lost = site.operator("status");
        assertThat(lost.exit()).as(lost::toString).isEqualTo(80);
        assertThat(lost.toString()).contains("holdfast monitors rebuild");

        HoldfastCommand.Outcome rebuilt = site.operator("monitors", "rebuild");
        assertThat(rebuilt.exit()).as(() -> rebuilt + site.said()).isZero();
        assertThat(rebuilt.out()).contains("Node 1 is the primary, of 2 nodes");
        site.awaitProtected();
        assertThat(primary.postmaster()).isEqualTo(postmaster);
        assertThat(site.operator("monitors", "rebuild").toString()).contains("is known");

        client.advance();
        primary.killHost();
        site.awaitPrimary("n2");
        client.advance();
        client.end();
        assertThat(client.missing()).as(site::said).isEmpty();
      }
    }
  }

  private static void awaitAgreement(ClusterSite site, String... words) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    HoldfastCommand.Outcome outcome = site.operator(words);
    while (outcome.exit() != 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(outcome + site.said());
      }
      outcome = site.operator(words);
    }
  }

  private static boolean restarted(ClusterSite.Node node, long before) {
    return !node.processes().isEmpty()
        && node.data().resolve("postmaster.pid").toFile().exists()
        && node.postmaster() != before;
  }

  private static void say(String what, CommittingClient client) {
    System.out.printf("%s: %d ms without a commit%n", what, client.longestPause().toMillis());
  }

  /** Whether a commit on this server is acknowledged within some seconds. */
  private static boolean acknowledges(String url) {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("insert into written values (-1)");
      return true;
    } catch (SQLException e) {
      return false;
    }
  }
}

package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testkit.CommittingClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A monitor and three nodes on hosts of their own (network namespaces), between which the network
 * is cut: everywhere, in one place, in one direction. Clients commit all the time, from elsewhere
 * and on the primary's own host, and every row that was acknowledged is there exactly once in the
 * end.
 */
class PartitionScenariosTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** As clusters have it: a primary that hears nobody stops after this. */
  private static final Duration FENCE_AFTER = Duration.ofSeconds(10);

  /** Twice the time after which a silent node is in trouble. */
  private static final Duration LONG = Duration.ofSeconds(6);

  /** A copy's connection that is cut is not missed for long where another standby confirms. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final long LOCAL = 1_000_000_000L;

  private static NetworkNamespaces hosts;
  private static ClusterSite site;

  private ClusterSite.Node primary;
  private CommittingClient client;
  private LocalClient local;
  private int rewinds;

  @BeforeAll
  static void form() {
    assumeTrue(NetworkNamespaces.available(), "it takes root, and namespaces of the network");
    hosts = new NetworkNamespaces(ClusterSite.MONITOR_HOST, "n1", "n2", "n3");
    site = ClusterSite.over(hosts);
    site.form(3);
  }

  @AfterAll
  static void close() {
    if (site != null) {
      site.close();
    }
    if (hosts != null) {
      hosts.close();
    }
  }

  @BeforeEach
  void write() {
    primary = site.primary();
    rewinds = rewindsOf(primary);
    primary.sql("drop table if exists written; create table written (id bigint)");
    client = new CommittingClient(site.url());
    local = new LocalClient(primary, LOCAL);
    client.advance();
    client.longestPause();
  }

  @AfterEach
  void end() {
    client.close();
    local.close();
  }

  @Test
  void aPrimaryThatHearsNobodyStopsAndTheOthersGoOn() {
    long began = System.nanoTime();
    hosts.link(primary.name(), false);
    try {
      failsOver("the primary's cable was pulled", began);
    } finally {
      hosts.link(primary.name(), true);
    }
    rejoins();
  }

  @Test
  void aPrimaryThatIsHeardByNobodyStopsAndTheOthersGoOn() {
    long began = System.nanoTime();
    List<String> others =
        List.of("n1", "n2", "n3", ClusterSite.MONITOR_HOST).stream()
            .filter(host -> !host.equals(primary.name()))
            .toList();
    others.forEach(host -> hosts.lost(primary.name(), host, true));
    try {
      failsOver("what the primary sent was lost", began);
    } finally {
      others.forEach(host -> hosts.lost(primary.name(), host, false));
    }
    rejoins();
  }

  @Test
  void aPrimaryThatIsCutOffFromTheMonitorAloneGoesOn() {
    List<String> both = List.of(primary.name(), ClusterSite.MONITOR_HOST);
    both.forEach(host -> hosts.isolated(host, true));
    try {
      goesOn("the primary did not reach the monitor");
    } finally {
      both.forEach(host -> hosts.isolated(host, false));
    }
    stays();
  }

  @Test
  void aStandbyThatIsCutOffFromThePrimaryAloneIsNotWaitedFor() {
    List<String> both = List.of(primary.name(), standby());
    both.forEach(host -> hosts.isolated(host, true));
    try {
      goesOn("a standby did not reach the primary");
    } finally {
      both.forEach(host -> hosts.isolated(host, false));
    }
    site.awaitProtected();

    hosts.lost(standby(), primary.name(), true);
    try {
      goesOn("what a standby sent to the primary was lost");
    } finally {
      hosts.lost(standby(), primary.name(), false);
    }
    stays();
  }

  private String standby() {
    return primary.name().equals("n1") ? "n2" : "n1";
  }

  /** Another takes over, and the former one ends in time, told of that or not. */
  private void failsOver(String what, long began) {
    await("another primary", () -> !site.primary().name().equals(primary.name()));
    // Its first connection is to where nobody answers now.
    client.advance();
    say(what + ": another took commits", began);
    // One that was told in good order may wait a while for its WAL senders to end.
    await("the former primary to end its sessions", () -> !primary.answers());
    say(what + ": the former primary had ended its sessions", began);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(FENCE_AFTER.plus(LONG));
    assertThat(site.primary()).isNotSameAs(primary);
  }

  /** The former primary becomes a standby again: what it wrote meanwhile is taken back. */
  private void rejoins() {
    site.awaitProtected();
    assertThat(rewindsOf(primary)).as(site::said).isGreaterThan(rewinds);
    assertThat(primary.sql("select pg_is_in_recovery()")).isEqualTo("t");
    client.advance();
    nothingIsMissing();
  }

  private static int rewindsOf(ClusterSite.Node node) {
    return node.said().split("begins Rewind", -1).length;
  }

  /** For longer than it would take to replace the primary. */
  private void goesOn(String what) {
    client.longestPause();
    long began = System.nanoTime();
    while (System.nanoTime() - began < LONG.toNanos()) {
      client.advance();
    }
    Duration pause = client.longestPause();
    System.out.printf("%s: %d ms without a commit%n", what, pause.toMillis());
    assertThat(pause).as(site::said).isLessThan(SHORT);
  }

  private void stays() {
    site.awaitProtected();
    assertThat(site.primary()).as(site::said).isSameAs(primary);
    client.advance();
    nothingIsMissing();
  }

  private void nothingIsMissing() {
    client.end();
    local.close();
    assertThat(client.missing()).as(site::said).isEmpty();
    List<Long> there =
        site.primary()
            .sql("select id from written where id >= " + LOCAL)
            .lines()
            .map(Long::valueOf)
            .toList();
    assertThat(there).doesNotHaveDuplicates().containsAll(local.rows());
    assertThat(local.rows()).isNotEmpty();
  }

  private static void await(String what, BooleanSupplier there) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!there.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(what + " was waited for in vain\n" + site.said());
      }
      LockSupport.parkNanos(10_000_000L);
    }
  }

  private static void say(String what, long began) {
    System.out.printf("%s after %d ms%n", what, (System.nanoTime() - began) / 1_000_000);
  }
}

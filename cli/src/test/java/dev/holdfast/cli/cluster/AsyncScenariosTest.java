package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * An asynchronous cluster of real processes: its primary acknowledges alone, under a lease that
 * somebody ends in time whatever becomes of the keeper.
 */
class AsyncScenariosTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** As the cluster has it unless told otherwise. */
  private static final Duration LEASE = Duration.ofSeconds(3);

  @Test
  void aKeeperIsRestartedKilledAndStoppedUnderTheLeaseAndPostgresGoesOn() {
    try (ClusterSite site = new ClusterSite()) {
      formAsynchronous(site, "--lease=20s");
      ClusterSite.Node primary = site.primary();
      long postmaster = primary.postmaster();
      long deadMan = primary.deadMan().orElseThrow().pid();
      assertThat(site.node(2).deadMan()).isEmpty();

      long began = System.nanoTime();
      primary.killKeeper();
      primary.startKeeper();
      awaitHeard(site, primary);
      System.out.printf(
          "the keeper was killed, started and heard again within %d ms%n",
          Duration.ofNanos(System.nanoTime() - began).toMillis());
      assertThat(primary.postmaster()).as(site::said).isEqualTo(postmaster);

      assertThat(primary.stopKeeper()).isZero();
      primary.startKeeper();
      awaitHeard(site, primary);
      assertThat(primary.postmaster()).as(site::said).isEqualTo(postmaster);
      assertThat(primary.deadMan().orElseThrow().pid()).isEqualTo(deadMan);

      primary.deadMan().orElseThrow().destroyForcibly();
      await(
          site,
          "another dead-man",
          () -> primary.deadMan().filter(one -> one.pid() != deadMan).isPresent());

      assertThat(site.operator("settings", "--synchronous").exit()).isZero();
      site.awaitProtected();
      await(site, "no dead-man beside a synchronous primary", () -> primary.deadMan().isEmpty());
      assertThat(primary.postmaster()).as(site::said).isEqualTo(postmaster);
      assertThat(primary.processes()).contains(postmaster);
    }
  }

  @Test
  void whateverBecomesOfTheKeeperTwoNeverTakeWrites() {
    try (ClusterSite site = ClusterSite.withWays()) {
      formAsynchronous(site);
      ClusterSite.Node first = site.node(1);
      ClusterSite.Node second = site.node(2);

      // The keeper stands still: the dead-man ends PostgreSQL.
      long began = System.nanoTime();
      try (DirectWriter old = new DirectWriter(site.url(first));
          DirectWriter next = new DirectWriter(site.url(second))) {
        await(site, "a write", () -> old.last() != Long.MIN_VALUE);
        first.freezeKeeper(true);
        began = System.nanoTime();
        awaitTakenOver(site, "the keeper stood still", began, old, next);
      }
      assertThat(first.processes()).isEmpty();
      first.freezeKeeper(false);
      awaitLeased(site);

      // It is killed, and nobody starts it again.
      try (DirectWriter old = new DirectWriter(site.url(second));
          DirectWriter next = new DirectWriter(site.url(first))) {
        await(site, "a write", () -> old.last() != Long.MIN_VALUE);
        second.killKeeper();
        began = System.nanoTime();
        awaitTakenOver(site, "the keeper was killed", began, old, next);
      }
      assertThat(second.processes()).isEmpty();
      second.startKeeper();
      awaitLeased(site);

      // It does not reach the monitor: it ends PostgreSQL itself.
      try (DirectWriter old = new DirectWriter(site.url(first));
          DirectWriter next = new DirectWriter(site.url(second))) {
        await(site, "a write", () -> old.last() != Long.MIN_VALUE);
        first.way().cut(true);
        began = System.nanoTime();
        awaitTakenOver(site, "the monitor was not reached", began, old, next);
      }
      assertThat(first.said()).contains("the lease ends: PostgreSQL is stopped");
      first.way().cut(false);
      awaitLeased(site);
    }
  }

  @Test
  void aFailoverLosesNoMoreThanTheBudgetUnlessAnOperatorSaysSo() {
    try (ClusterSite site = new ClusterSite()) {
      formAsynchronous(site, "--loss-budget=512KiB");
      ClusterSite.Node first = site.node(1);
      ClusterSite.Node second = site.node(2);

      loseUnsent(site, first, 200_000);
      awaitPrimary(site, "n2");
      assertThat(site.operator("events").out())
          .as(site::said)
          .containsPattern("at least [0-9]{5,6} bytes of WAL are lost");
      assertThat(second.sql("select count(*) from unsent")).isEqualTo("0");
      first.startKeeper();
      awaitLeased(site);

      loseUnsent(site, second, 2_000_000);
      site.await(
          "that more would be lost than the budget",
          view ->
              view.waiting().stream()
                  .anyMatch(each -> each.reason().contains("and the budget is 524288")));
      assertThat(first.sql("select pg_is_in_recovery()")).isEqualTo("t");
      HoldfastCommand.Outcome failover = site.operator("failover", "--allow-data-loss");
      assertThat(failover.exit()).as(failover::toString).isZero();
      assertThat(failover.out()).containsPattern("At least [0-9]{7} bytes are lost");
      awaitPrimary(site, "n1");
      second.startKeeper();
      awaitLeased(site);
      assertThat(second.sql("select count(*) from unsent")).isEqualTo("0");

      // What is planned loses nothing: the lease goes on while the primary stops.
      first.sql("insert into unsent values ('planned')");
      HoldfastCommand.Outcome switchover = site.operator("switchover");
      assertThat(switchover.exit()).as(switchover::toString).isZero();
      awaitLeased(site);
      assertThat(second.sql("select t from unsent")).isEqualTo("planned");
      assertThat(first.said()).doesNotContain("the lease ends");
    }
  }

  /** Writes so many bytes that no standby gets, and has the host die once the monitor knows. */
  private static void loseUnsent(ClusterSite site, ClusterSite.Node primary, int bytes) {
    primary.sql("create table if not exists unsent (t text)");
    ClusterSite.Node standby = primary == site.node(1) ? site.node(2) : site.node(1);
    await(
        site,
        "the table on the standby",
        () -> standby.sql("select to_regclass('unsent') is not null").equals("t"));
    primary.silenceSenders();
    primary.sql(
        "insert into unsent select string_agg(md5(i::text), '') from generate_series(1, "
            + bytes / 32
            + ") i");
    site.await(
        "the monitor to hear of it",
        view ->
            view.node(standby.name())
                .flatMap(node -> node.seen())
                .flatMap(seen -> seen.lag())
                .filter(lag -> lag > bytes / 2)
                .isPresent());
    primary.killHost();
  }

  private static void formAsynchronous(ClusterSite site, String... settings) {
    site.form(2);
    site.node(1).sql("create table direct (id bigint)");
    List<String> words = new ArrayList<>(List.of("settings", "--no-synchronous"));
    words.addAll(List.of(settings));
    HoldfastCommand.Outcome outcome = site.operator(words.toArray(String[]::new));
    assertThat(outcome.exit()).as(outcome::toString).isZero();
    awaitLeased(site);
  }

  /** Until the primary writes under a lease, and another node may take its place. */
  private static void awaitLeased(ClusterSite site) {
    site.awaitProtected();
    site.await("a lease", view -> view.proven() && view.protection().orElse("").equals("leased"));
    await(site, "its dead-man", () -> site.primary().deadMan().isPresent());
  }

  /** Until the keeper that was started just now has taken the primary over as it is. */
  private static void awaitHeard(ClusterSite site, ClusterSite.Node node) {
    site.await(
        "the keeper that was started to be heard",
        view ->
            node.said().contains("begins Apply")
                && view.proven()
                && view.node(node.name())
                    .flatMap(one -> one.seen())
                    .filter(seen -> !seen.silent() && seen.ago().compareTo(LEASE) < 0)
                    .isPresent());
  }

  /** Until the new primary takes writes; the old one takes none after that, and stopped in time. */
  private static void awaitTakenOver(
      ClusterSite site, String what, long began, DirectWriter old, DirectWriter next) {
    await(site, "writes on the other node", () -> next.first() != Long.MAX_VALUE);
    Duration wrote = Duration.ofNanos(old.last() - began);
    Duration until = Duration.ofNanos(next.first() - began);
    System.out.printf(
        "%s: wrote for %d ms more, the other from %d ms on%n",
        what, wrote.toMillis(), until.toMillis());
    long later = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    await(site, "a second", () -> System.nanoTime() - later > 0);
    assertThat(old.last()).as(site::said).isLessThan(next.first());
    assertThat(wrote).isLessThan(LEASE);
  }

  private static void awaitPrimary(ClusterSite site, String name) {
    site.await(
        name + " as the primary",
        view ->
            view.course().equals("steady")
                && view.primary().filter(id -> view.name(id).equals(name)).isPresent());
  }

  private static void await(ClusterSite site, String what, BooleanSupplier there) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!there.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(what + " was waited for in vain\n" + site.said());
      }
      LockSupport.parkNanos(10_000_000L);
    }
  }
}

package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.ha.wire.ClusterView;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Standbys of a cluster of real processes that were away, or are made anew. */
class StandbyScenariosTest {
  @Test
  void aCopyWhoseKeeperWasKilledIsMadeAgainAndNotTogether() {
    try (ClusterSite site = new ClusterSite()) {
      site.form(1);
      site.node(1)
          .sql(
              "create table big as select i, repeat('x', 500) t from generate_series(1, 300000) i");
      ClusterSite.Node joining = site.node(2);
      site.await("the copy to begin", view -> joining.isCopying());
      joining.killKeeper();
      joining.startKeeper();
      site.awaitProtected();
      assertThat(joining.sql("select count(*) from big")).isEqualTo("300000");
      assertThat(joining.said()).contains("begins Clone");
    }
  }

  @Test
  void aStandbyForWhichSlotsKeepNoMoreWalIsCopiedAnew() {
    try (ClusterSite site = new ClusterSite()) {
      site.form(2);
      ClusterSite.Node primary = site.primary();
      ClusterSite.Node away = site.node(2);
      assertThat(site.operator("settings", "--slot-wal-keep-size=16MiB").exit()).isZero();
      site.await(
          "a slot and its bound",
          view ->
              primary.sql("show max_slot_wal_keep_size").equals("16MB")
                  && primary.sql("select count(*) from pg_replication_slots").equals("1"));
      away.killHost();
      site.await(
          "an unprotected primary", view -> view.protection().orElse("").equals("unprotected"));
      primary.sql("create table later (i int)");
      writeSegments(primary, 12);
      primary.sql("insert into later values (1)");
      primary.sql("checkpoint");
      site.await("the lost slot", view -> primary.said().contains("holdfast_2 anew: it has lost"));
      away.startKeeper();
      site.awaitProtected();
      assertThat(away.said()).contains("has no longer the WAL", "begins Clone");
      assertThat(away.sql("select count(*) from later")).isEqualTo("13");
    }
  }

  @Test
  void aStandbyThatWasAwayDuringAFailoverStreamsOnFromTheNewPrimary() {
    try (ClusterSite site = new ClusterSite()) {
      site.form(3);
      ClusterSite.Node failed = site.primary();
      ClusterSite.Node next = site.node(2);
      ClusterSite.Node away = site.node(3);
      for (ClusterSite.Node node : List.of(failed, next)) {
        site.await(
            "two slots on each node",
            view -> node.sql("select count(*) from pg_replication_slots").equals("2"));
      }
      away.killHost();
      site.await(
          "who is away confirms no more",
          view -> view.proven() && view.protection().orElse("").equals("ANY 1 (n2)"));
      failed.sql("create table later (i int)");
      for (int round = 0; round < 2; round++) {
        writeSegments(failed, 6);
        awaitReplay(site, failed, next);
        next.sql("checkpoint");
      }

      // It goes on after they have parted, with a checkpoint that nobody else has.
      failed.killKeeper();
      failed.silenceSenders();
      failed.sql("set synchronous_commit = local; create table only_here (id int)");
      failed.sql("select pg_switch_wal()");
      failed.sql("checkpoint");
      failed.killEverything();
      site.awaitPrimary("n2");
      site.await("that it writes", view -> next.sql("select pg_is_in_recovery()").equals("f"));
      writeSegments(next, 6);
      away.startKeeper();
      site.await("the node that was away", view -> streams(next, "node_" + number(view, away)));
      failed.startKeeper();
      site.awaitProtected();
      awaitReplay(site, next, away);
      assertThat(away.sql("select count(*) from later")).isEqualTo("18");
      // Of the keepers that were started last.
      assertThat(away.said())
          .contains("begins Stream")
          .doesNotContain("begins Clone", "begins Rewind");
      assertThat(failed.said()).contains("begins Rewind").doesNotContain("begins Clone");

      assertThat(site.operator("node", "drop", "n3").exit()).isZero();
      for (ClusterSite.Node node : List.of(failed, next)) {
        site.await(
            "no slot for a node that was dropped",
            view ->
                node.sql("select string_agg(slot_name, ' ') from pg_replication_slots")
                    .equals("holdfast_" + number(view, node == next ? failed : next)));
      }
    }
  }

  /** Whoever registers first has the lower one. */
  private static int number(ClusterView view, ClusterSite.Node node) {
    return view.node(node.name()).orElseThrow().id().number();
  }

  private static boolean streams(ClusterSite.Node primary, String member) {
    return !primary
        .sql(
            "select pid from pg_stat_replication where state = 'streaming' and application_name = '"
                + member
                + "'")
        .isEmpty();
  }

  private static void awaitReplay(ClusterSite site, ClusterSite.Node from, ClusterSite.Node to) {
    String end = from.sql("select pg_current_wal_flush_lsn()");
    site.await(
        "replay up to " + end,
        view -> to.sql("select pg_last_wal_replay_lsn() >= '" + end + "'").equals("t"));
  }

  /** So many, each with a row; then a checkpoint, after which nobody but slots needs them. */
  private static void writeSegments(ClusterSite.Node primary, int segments) {
    for (int segment = 0; segment < segments; segment++) {
      primary.sql("insert into later values (1)");
      primary.sql("select pg_switch_wal()");
    }
    primary.sql("checkpoint");
  }
}

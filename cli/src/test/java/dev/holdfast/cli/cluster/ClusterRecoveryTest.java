package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.ha.decide.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * A cluster and its repository: copies from it, and what it gives back when all nodes have lost.
 */
class ClusterRecoveryTest {

  private static void await(
      String what, ClusterSite site, ClusterSite.Node node, String condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!node.sql("select " + condition).equals("t")) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(what + " was waited for in vain\n" + site.said());
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private static void archived(ClusterSite site, ClusterSite.Node node) {
    String segment = node.sql("select pg_walfile_name(pg_current_wal_lsn())");
    node.sql("select pg_switch_wal()");
    await(
        segment + " in the repository",
        site,
        node,
        "coalesce(last_archived_wal >= '" + segment + "', false) from pg_stat_archiver");
  }

  private static void succeeds(ClusterSite site, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--ha-timeout=60s");
    HoldfastCommand.Outcome outcome = site.operator(all.toArray(String[]::new));
    assertThat(outcome.exit()).as(() -> outcome + site.said()).isZero();
    System.out.print(outcome.out());
  }

  @Test
  void goesOnFromTheRepositoryAfterTheLossOfEveryNodeAndBackToBeforeAMistake() {
    try (ClusterSite site = ClusterSite.withRepository()) {
      site.form(1);
      ClusterSite.Node first = site.node(1);
      first.sql("create table orders as select id from generate_series(1, 1000) as id");
      site.repository(first, "stanza-create");
      site.repository(first, "backup", "--type=full");
      first.sql("insert into orders select id from generate_series(1001, 2000) as id");

      ClusterSite.Node second = site.node(2);
      site.awaitProtected();
      assertThat(second.said()).contains("restores a backup from the repository");
      assertThat(second.sql("select count(*) from orders")).isEqualTo("2000");
      await("no restore_command", site, second, "current_setting('restore_command') = ''");
      archived(site, first);

      // Both data directories are gone.
      List<ClusterSite.Node> both = List.of(first, second);
      both.forEach(ClusterSite.Node::killHost);
      both.forEach(ClusterSite.Node::loseData);
      both.forEach(ClusterSite.Node::startKeeper);
      site.await(
          "both keepers say so",
          view ->
              view.nodes().stream()
                  .allMatch(node ->
                      node.seen().filter(seen -> seen.server() == Server.ABSENT).isPresent()));
      succeeds(site, "recover", "n1");
      site.awaitProtected();
      assertThat(site.primary().name()).isEqualTo("n1");
      assertThat(first.sql("select count(*) from orders")).isEqualTo("2000");
      assertThat(second.sql("select count(*) from orders")).isEqualTo("2000");

      // Somebody has dropped a table.
      first.sql("insert into orders select id from generate_series(2001, 2500) as id");
      String before = first.sql("select pg_sleep(1); select now()").strip();
      first.sql("drop table orders");
      archived(site, first);
      HoldfastCommand.Outcome refused =
          site.operator("recover", "--type=time", "--target=" + before);
      assertThat(refused.exit()).isEqualTo(101);
      assertThat(refused.toString()).contains("has data");
      succeeds(site, "recover", "--type=time", "--target=" + before, "--allow-data-loss");
      site.awaitProtected();
      assertThat(first.sql("select count(*) from orders")).isEqualTo("2500");
      assertThat(second.sql("select count(*) from orders")).isEqualTo("2500");
    }
  }

  @Test
  void thePrimaryIsCopiedWhenTheRepositoryLacksWalThatItsCopyNeeds() {
    try (ClusterSite site = ClusterSite.withRepository()) {
      site.form(1);
      ClusterSite.Node first = site.node(1);
      first.sql("create table orders as select id from generate_series(1, 1000) as id");
      site.repository(first, "stanza-create");
      site.repository(first, "backup", "--type=full");
      // Not on the primary any more either.
      for (int segment = 0; segment < 12; segment++) {
        first.sql("insert into orders values (0)");
        archived(site, first);
      }
      first.sql("checkpoint");
      first.sql("insert into orders values (0)");
      first.sql("checkpoint");
      String lost = site.loseFirstSegmentOfBackup();
      assertThat(first.data().resolve("pg_wal").resolve(lost)).doesNotExist();

      ClusterSite.Node second = site.node(2);
      site.awaitProtected();
      assertThat(second.said())
          .contains(
              "restores a backup from the repository",
              "nor the repository has the WAL that is missing in " + lost,
              "the repository's copy did not do: the primary is copied");
      assertThat(second.sql("select count(*) from orders")).isEqualTo("1013");
      assertThat(second.sql("select current_setting('restore_command')")).isEmpty();
    }
  }

  @Test
  void aRecoveryToANameFromANamedBackupGoesOnThoughTheKeeperIsKilledInTheMiddle() {
    try (ClusterSite site = ClusterSite.withRepository()) {
      site.form(1);
      ClusterSite.Node node = site.node(1);
      node.sql("create table orders as select id from generate_series(1, 1000) as id");
      site.repository(node, "stanza-create");
      site.repository(node, "backup", "--type=full");
      String set = site.onlyBackup("([0-9]{8}-[0-9]{6}F)");
      node.sql("insert into orders select id from generate_series(1001, 2000) as id");
      node.sql("select pg_create_restore_point('before')");
      node.sql("drop table orders");
      archived(site, node);
      site.repository(node, "backup", "--type=full");

      HoldfastCommand.Running recovery =
          site.begin(
              "recover",
              "--type=name",
              "--target=before",
              "--set=" + set,
              "--allow-data-loss",
              "--ha-timeout=60s");
      site.await("the restore to begin", view -> node.isRestoring());
      node.killKeeper();
      assertThat(node.isRestoring()).isTrue();
      node.startKeeper();
      HoldfastCommand.Outcome outcome = recovery.await();
      assertThat(outcome.exit()).as(() -> outcome + site.said()).isZero();
      assertThat(node.sql("select count(*) from orders")).isEqualTo("2000");
      assertThat(node.isRestoring()).isFalse();
      node.sql("insert into orders values (2001)");
    }
  }
}

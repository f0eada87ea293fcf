package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.testkit.CommittingClient;
import dev.holdfast.testkit.TestPgbouncer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients of a real PgBouncer when the primary of a cluster of real processes changes. */
class ClusterPoolerTest {
  @Test
  void clientsGoAlongWithoutAnErrorWhenItIsPlannedAndByThemselvesWhenNot() throws IOException {
    try (ClusterSite site = new ClusterSite()) {
      site.form(2);
      admitThePoolersAdministrator(site.node(1));
      admitThePoolersAdministrator(site.node(2));
      try (TestPgbouncer pooler =
          TestPgbouncer.start(
              site.directory(),
              List.of(
                  "app = dbname=postgres host=127.0.0.1 port=%d user=app password=app"
                      .formatted(site.node(1).port())),
              List.of("pool_mode = transaction"))) {
        String[] options = {
          "--pooler-config=" + pooler.configuration(), "--pooler-user=" + LocalCluster.SUPERUSER
        };
        try (CommittingClient client = new CommittingClient(pooler.url("app"))) {
          client.advance();
          client.longestPause();

          HoldfastCommand.Outcome planned =
              site.operator("switchover", "--reroute", options[0], options[1]);
          assertThat(planned.exit()).as(planned::toString).isZero();
          assertThat(planned.out()).contains("clients wait", "n2 is the primary", "clients go on");
          client.advance();
          System.out.println(
              "switchover through PgBouncer: "
                  + client.longestPause().toMillis()
                  + " ms without a commit, "
                  + client.errors()
                  + " errors");
          assertThat(client.errors()).as(client::lastError).isZero();
          site.awaitProtected();
          assertThat(site.operator("status", options[0], options[1]).out())
              .contains("PgBouncer: app is at n2 (127.0.0.1:")
              .contains("), the primary; clients can write there");

          HoldfastCommand.Running following =
              site.begin("reroute", "--follow", options[0], options[1], "--log-level-file=off");
          site.primary().killHost();
          site.await(
              "n1 takes over",
              view ->
                  ClusterServers.settledPrimary(view).map(view::name).stream()
                      .anyMatch("n1"::equals));
          client.advance();
          System.out.println(
              "failover through PgBouncer: "
                  + client.longestPause().toMillis()
                  + " ms without a commit");
          following.process().destroy();
          assertThat(following.await().exit()).isZero();
          client.end();
          assertThat(client.missing()).as(site::said).isEmpty();
        }
      }
    }
  }

  /** PgBouncer's administrator asks the servers who they are. */
  private static void admitThePoolersAdministrator(ClusterSite.Node node) throws IOException {
    Path file = node.data().resolve("pg_hba.conf");
    Files.writeString(
        file,
        "host postgres "
            + LocalCluster.SUPERUSER
            + " 127.0.0.1/32 trust\n"
            + Files.readString(file));
    node.sql("select pg_reload_conf()");
    if (node.sql("select pg_is_in_recovery()").equals("f")) {
      node.sql(
          "do $$ begin if not exists (select from pg_roles where rolname = '%1$s')"
                  .formatted(LocalCluster.SUPERUSER)
              + " then create role %1$s superuser login; end if; end $$"
                  .formatted(LocalCluster.SUPERUSER));
    }
  }
}

package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.testkit.CommittingClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A copy that would go on for hours, because its primary sends nothing more, and an order that does
 * not wait for it.
 */
class GivenUpCopiesTest {
  /** Nothing of PostgreSQL's or of the network's ends a copy that soon. */
  private static final Duration SOON = Duration.ofSeconds(15);

  @Test
  void aNodeIsDroppedWhileItIsCopied() {
    try (ClusterSite site = new ClusterSite()) {
      ClusterSite.Node joining = copying(site, 1);
      assertThat(joining.copyPrograms()).isNotEmpty();
      long began = System.nanoTime();
      HoldfastCommand.Outcome dropped = site.operator("node", "drop", joining.name());
      assertThat(dropped.exit()).as(() -> dropped + site.said()).isZero();
      assertThat(joining.awaitKeeperEnd(SOON)).as(site::said).isTrue();
      say("dropped", began);
      assertThat(joining.copyPrograms()).isEmpty();
      assertThat(joining.said()).contains("was given up, because nobody wants it");
    }
  }

  @Test
  void aNodeIsSentToAnotherPrimaryWhileItIsCopied() {
    try (ClusterSite site = new ClusterSite()) {
      ClusterSite.Node joining = copying(site, 2);
      List<Long> before = joining.copyPrograms();
      ClusterSite.Node frozen = site.primary();
      try (CommittingClient client = new CommittingClient(site.url(site.node(2)))) {
        // Its connections stay: the copy would wait for as long as the host stands still.
        frozen.freeze(true);
        client.advance();
        long began = System.nanoTime();
        site.await("a copy of n2", view -> joining.said().contains("begins Clone[upstream=2]"));
        say("sent to another primary", began);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
        assertThat(joining.copyPrograms()).doesNotContainAnyElementsOf(before);

        frozen.freeze(false);
        site.awaitProtected();
        client.advance();
        client.end();
        assertThat(client.missing()).as(site::said).isEmpty();
      }
      assertThat(joining.sql("select count(*) from big")).isEqualTo("300000");
    }
  }

  /** A node more, whose copy has begun and does not go on. */
  private static ClusterSite.Node copying(ClusterSite site, int members) {
    site.form(members);
    ClusterSite.Node primary = site.primary();
    primary.sql(
        "create table big as select i, repeat('x', 500) t from generate_series(1, 300000) i");
    ClusterSite.Node joining = site.node(members + 1);
    site.await("the copy to begin", view -> joining.isCopying());
    primary.silenceCopies();
    return joining;
  }

  private static void say(String what, long began) {
    System.out.printf(
        "%s: the copy was given up within %d ms%n",
        what, Duration.ofNanos(System.nanoTime() - began).toMillis());
  }
}

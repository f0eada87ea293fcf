package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.testkit.CommittingClient;
import dev.holdfast.testkit.SeededRandom;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One bad day after the other, by chance: three nodes of real processes, killed, frozen, switched
 * over in the middle of things, their monitor too. After each the cluster heals by itself, and in
 * the end every acknowledged row is there once.
 *
 * <p>{@code -Dholdfast.rounds} says how many, {@code -Dholdfast.seed} which.
 */
@Tag("chaos")
class ClusterChaosTest {
  private static final int NODES = 3;
  private static final List<String> DAYS =
      List.of(
          "kill the primary's postmaster",
          "kill the primary's host",
          "kill the primary's keeper",
          "kill a node's host",
          "freeze the primary's host",
          "freeze a node's host",
          "kill the monitor",
          "switch over",
          "switch over and kill the primary's host",
          "kill two hosts");

  @Test
  void everyAcknowledgedRowSurvivesAnyNumberOfBadDays() {
    int rounds = Integer.getInteger("holdfast.rounds", 20);
    SeededRandom random = SeededRandom.ofPropertyOrNew();
    System.out.println(random);
    try (ClusterSite site = new ClusterSite()) {
      site.form(NODES);
      try (CommittingClient client = new CommittingClient(site.url())) {
        for (int round = 1; round <= rounds; round++) {
          String day = DAYS.get(random.nextInt(DAYS.size()));
          client.longestPause();
          happen(site, day, random);
          site.awaitProtected();
          client.advance();
          System.out.printf(
              "round %d: %s: %d ms without a commit, primary %s%n",
              round, day, client.longestPause().toMillis(), site.primary().name());
        }
        client.end();
        assertThat(client.missing()).as(() -> random + "\n" + site.said()).isEmpty();
      }
    }
  }

  private static void happen(ClusterSite site, String day, RandomGenerator random) {
    ClusterSite.Node primary = site.primary();
    ClusterSite.Node other = site.node(1 + random.nextInt(NODES));
    switch (day) {
      case "kill the primary's postmaster" -> primary.killPostmaster();
      case "kill the primary's host" -> die(primary, random);
      case "kill the primary's keeper" -> {
        primary.killKeeper();
        pause(random, 3000);
        primary.startKeeper();
      }
      case "kill a node's host" -> die(other, random);
      case "freeze the primary's host" -> stand(primary, random);
      case "freeze a node's host" -> stand(other, random);
      case "kill the monitor" -> {
        site.killMonitor();
        pause(random, 5000);
        site.startMonitor();
      }
      case "switch over" -> {
        HoldfastCommand.Outcome outcome = site.operator("switchover");
        assertThat(outcome.exit()).as(() -> outcome + "\n" + site.said()).isZero();
      }
      case "switch over and kill the primary's host" -> {
        Thread operator = Thread.ofVirtual().start(() -> site.operator("switchover"));
        pause(random, 1500);
        die(primary, random);
        join(operator);
      }
      case "kill two hosts" -> {
        primary.killHost();
        pause(random, 1000);
        if (other != primary) {
          other.killHost();
        }
        pause(random, 6000);
        primary.startKeeper();
        if (other != primary) {
          other.startKeeper();
        }
      }
      default -> throw new IllegalArgumentException(day);
    }
  }

  private static void die(ClusterSite.Node node, RandomGenerator random) {
    node.killHost();
    pause(random, 6000);
    node.startKeeper();
  }

  private static void stand(ClusterSite.Node node, RandomGenerator random) {
    node.freeze(true);
    pause(random, 8000);
    node.freeze(false);
  }

  /** How long somebody is gone is part of what is tried. */
  private static void pause(RandomGenerator random, int mostMillis) {
    try {
      Thread.sleep(Duration.ofMillis(random.nextInt(mostMillis)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}

package dev.holdfast.cli.demo;

import dev.holdfast.cli.local.Awaiting;
import dev.holdfast.cli.local.LocalSite;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.PostgresInstallation;
import dev.holdfast.postgres.replication.ScramVerifier;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The part of the demonstration in which a primary dies. */
final class Failover implements AutoCloseable {
  private static final int SECRET_BYTES = 16;
  private static final int COMMITS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int STATUS_WIDTH = 74;

  private final Story story;
  private final LocalSite site;
  private final PostgresInstallation postgres;
  private @Nullable Customer customer;

  Failover(Story story, LocalSite site, PostgresInstallation postgres) {
    this.story = story;
    this.site = site;
    this.postgres = postgres;
  }

  /**
   * Runs it.
   *
   * @param settings for {@code postgresql.conf}
   * @return where the primary that survived is
   */
  ClusterPlace run(String settings) {
    story.step(
        "monitor, primary and standby",
        () -> {
          site.prepare(settings);
          site.start();
          return "PostgreSQL " + postgres.version();
        });
    Customer client = open();
    int victim = LocalSite.primary(site.awaitProtected());
    story.step("a client commits, again and again", () -> commits(client));
    client.longestPause();
    story.step(
        "kill -9: keeper and PostgreSQL of " + LocalSite.name(victim),
        story.palette()::bad,
        () -> {
          site.killNode(victim);
          commits(client);
          return "commits go on";
        });
    Duration pause = client.longestPause();
    Duration rejoin = story.step("its host is back", () -> rejoin(victim));
    client.end();
    ClusterView view = site.awaitProtected();
    prove(client, view, pause, rejoin);
    return site.place().node(LocalSite.primary(view));
  }

  private Customer open() {
    ClusterPlace primary = site.place().node(LocalSite.primary(site.awaitProtected()));
    SecureRandom random = new SecureRandom();
    byte[] salt = new byte[SECRET_BYTES];
    random.nextBytes(salt);
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    String password = HexFormat.of().formatHex(secret);
    new ShopDatabase(primary, LocalCluster.SUPERUSER).sql("create database " + Shop.DATABASE);
    new ShopDatabase(primary, Shop.DATABASE)
        .sql(Customer.preparation(ScramVerifier.of(password, salt).text()));
    Customer client = new Customer(hosts(), password);
    customer = client;
    return client;
  }

  private String hosts() {
    return LocalSite.NODES.stream()
        .map(node -> "127.0.0.1:" + site.place().node(node).port())
        .collect(Collectors.joining(","));
  }

  private static String commits(Customer client) {
    long before = client.count();
    Awaiting.until(
        "the client's commits", PATIENCE, Demo.HINT, () -> client.count() >= before + COMMITS);
    return Shop.number(client.count()) + " commits";
  }

  private String rejoin(int node) {
    site.startNode(node);
    ClusterView view = site.awaitProtected();
    return "follows " + LocalSite.name(LocalSite.primary(view));
  }

  private void prove(Customer client, ClusterView view, Duration pause, Duration rejoin) {
    Palette palette = story.palette();
    int primary = LocalSite.primary(view);
    long lost = client.lost(new ShopDatabase(site.place().node(primary), Shop.DATABASE));
    story.heading("The cluster now");
    table(site.operator("status")).forEach(line -> story.say(("    " + line).stripTrailing()));
    story.say("");
    if (lost != 0) {
      throw new HoldfastException(
          ErrorCode.CHECKSUM,
          lost + " of the " + client.count() + " rows that were acknowledged are lost",
          "look at the nodes with 'holdfast demo --keep'.");
    }
    story.say(
        "  "
            + palette.good(palette.bold(palette.either("✔ ", "") + "No row is lost"))
            + " of the "
            + Shop.number(client.count())
            + " that were acknowledged.");
    story.say("  No commit for " + Story.seconds(pause) + " when the primary died;");
    story.say("  a standby again " + Story.seconds(rejoin) + " after its host came back.");
    story.say("");
  }

  /** What {@code status} prints, without the columns that do not fit. */
  private static List<String> table(String status) {
    return status
        .strip()
        .lines()
        .map(line -> {
          int end = line.length();
          while (end > STATUS_WIDTH) {
            end = Math.max(line.lastIndexOf('|', end - 1), line.lastIndexOf('+', end - 1));
          }
          return line.substring(0, Math.max(0, end)).stripTrailing();
        })
        .toList();
  }

  @Override
  public void close() {
    if (customer != null) {
      customer.close();
    }
  }
}

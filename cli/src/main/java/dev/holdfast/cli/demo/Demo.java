package dev.holdfast.cli.demo;

import dev.holdfast.cli.local.Awaiting;
import dev.holdfast.cli.local.LocalSite;
import dev.holdfast.cli.local.SitePlace;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.ClusterProcesses;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.PostgresInstallation;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What happens in the demonstration, step by step. */
final class Demo implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** For whatever goes wrong: there is nothing to look at without the option. */
  static final String HINT =
      "keep the files with 'holdfast demo --keep' and look into the log files.";

  /** Archiving needs a start, so it is on before there is somewhere to archive to. */
  private static final String SETTINGS =
      """
      archive_mode = on
      max_wal_size = 2GB
      checkpoint_timeout = 30min
      log_checkpoints = off
      """;

  private static final int MIB = 1024 * 1024;

  private final Story story;
  private final Workshop workshop;
  private final PostgresInstallation postgres;
  private final LocalSite site;
  private final Failover failover;
  private final ClusterPlace recovered;
  private ClusterPlace original;
  private @Nullable LocalCluster recoveredCluster;

  Demo(Story story, Workshop workshop, PostgresInstallation postgres) {
    this.story = story;
    this.workshop = workshop;
    this.postgres = postgres;
    this.site = new LocalSite(SitePlace.fresh(workshop.cluster()), postgres, workshop.program());
    this.failover = new Failover(story, site, postgres);
    this.original = site.place().node(1);
    this.recovered = ClusterPlace.below(workshop.directory(), "recovered");
  }

  /** Where clusters run now, the shop's first. */
  List<ClusterPlace> running() {
    return Stream.of(original, site.place().node(1), site.place().node(2), recovered)
        .distinct()
        .filter(place -> !new ClusterProcesses(place.data()).running().isEmpty())
        .toList();
  }

  /** What would start them again. */
  List<Long> daemons() {
    return site.daemons();
  }

  /** Runs all of it; throws when anything is not as it should be. */
  void run() {
    original = failover.run(SETTINGS);
    Shop shop = open();
    story.step("backup --type=full", () -> backup("full"));
    story.step(
        "sell on, raise prices",
        () -> {
          shop.sell(12_000);
          shop.changePrices();
          return "12,000 orders";
        });
    story.step("backup --type=incr", () -> backup("incr"));
    story.step(
        "sell on; only the WAL has these",
        () -> {
          shop.sell(3_000);
          return "3,000 orders";
        });
    Shop.Orders before = shop.orders();
    String moment = sqlOnOriginal("select clock_timestamp()");
    story.step("DROP TABLE orders", story.palette()::bad, () -> accident(shop));
    Duration restore = story.step("restore --type=time, beside it", () -> restore(moment));
    Duration replay = story.step("start it, replay WAL up to the moment", this::replay);
    Shop.Orders after = new Shop(new ShopDatabase(recovered, Shop.DATABASE)).orders();
    prove(shop, before, after, moment, restore.plus(replay));
  }

  private Shop open() {
    story.step(
        "archive_command, stanza-create, check",
        () -> {
          workshop.configure(original);
          workshop.holdfast("stanza-create");
          sqlOnOriginal("alter system set archive_command = '" + workshop.archiveCommand() + "'");
          sqlOnOriginal("select pg_reload_conf()");
          workshop.holdfast("check");
          return "WAL arrives";
        });
    Shop shop = new Shop(new ShopDatabase(original, Shop.DATABASE));
    story.step("open a shop", shop::open);
    return shop;
  }

  private String backup(String type) {
    long before = workshop.size("repo/backup");
    workshop.holdfast("backup", "--type=" + type);
    long size = Long.parseLong(sqlOnOriginal("select sum(pg_database_size(oid)) from pg_database"));
    return mib(size)
        + " "
        + story.palette().either("→", "->")
        + " "
        + mib(workshop.size("repo/backup") - before);
  }

  private String accident(Shop shop) {
    ShopDatabase database = new ShopDatabase(original, Shop.DATABASE);
    database.sql("drop table orders");
    shop.register(200);
    String segment = database.sql("select pg_walfile_name(pg_switch_wal())");
    Awaiting.until(
        "the archive's acknowledgement of WAL segment " + segment,
        PATIENCE,
        HINT,
        () ->
            database
                .sql(
                    "select coalesce(last_archived_wal, '') >= '"
                        + segment
                        + "' from pg_stat_archiver")
                .equals("t"));
    return "and 200 new customers";
  }

  private String restore(String moment) {
    workshop.holdfast(
        "restore",
        "--pg1-path=" + recovered.data(),
        "--type=time",
        "--target=" + moment,
        "--target-action=promote",
        "--archive-mode=off");
    return "to " + moment.substring(11, 23);
  }

  private String replay() {
    LocalCluster cluster = LocalCluster.existing(postgres, recovered, workshop.owner());
    recoveredCluster = cluster;
    cluster.start(
        "-c port=%d -c listen_addresses='' -c unix_socket_directories='%s'"
            .formatted(recovered.port(), recovered.sockets()),
        PATIENCE);
    ShopDatabase database = new ShopDatabase(recovered, LocalCluster.SUPERUSER);
    Awaiting.until(
        "the end of recovery",
        PATIENCE,
        HINT,
        () -> database.sql("select pg_is_in_recovery()").equals("f"));
    return "promoted";
  }

  private void prove(
      Shop shop, Shop.Orders before, Shop.Orders after, String moment, Duration recovery) {
    Palette palette = story.palette();
    story.heading("What happened");
    new TimelinePicture(palette, "shop: no orders", "recovered: " + after.counted())
        .lines()
        .forEach(story::say);
    story.heading("Proof");
    boolean stillGone = !shop.hasOrders();
    boolean same = before.equals(after);
    story.say(row("before the accident", before));
    story.say(row("recovered", after));
    story.say(
        "    %-20s%s"
            .formatted(
                "the original", stillGone ? "the table orders does not exist" : "has its orders"));
    story.say("");
    if (!same || !stillGone) {
      throw new HoldfastException(
          ErrorCode.CHECKSUM,
          "the recovered orders are not those of " + moment,
          "look at them with 'holdfast demo --keep'.");
    }
    story.say(
        "  "
            + palette.good(palette.bold(palette.either("✔ ", "") + "Every row is back,"))
            + " "
            + Story.seconds(recovery)
            + " after the decision to recover.");
    story.say("  All steps took " + Story.seconds(story.total()) + ".");
  }

  private static String row(String name, Shop.Orders orders) {
    return "    %-20s%s, turnover %s, digest %s"
        .formatted(name, orders.counted(), orders.turnover(), orders.digest());
  }

  private String sqlOnOriginal(String sql) {
    return new ShopDatabase(original, LocalCluster.SUPERUSER).sql(sql);
  }

  private static String mib(long bytes) {
    double mib = (double) bytes / MIB;
    return String.format(Locale.ROOT, mib < 10 ? "%.1f MiB" : "%.0f MiB", mib);
  }

  /** Stops everything, at once. */
  @Override
  public void close() {
    failover.close();
    if (recoveredCluster != null) {
      recoveredCluster.close();
    }
    site.kill();
    site.close();
  }
}

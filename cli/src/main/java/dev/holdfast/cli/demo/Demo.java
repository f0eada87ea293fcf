package dev.holdfast.cli.demo;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.PostgresInstallation;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What happens in the demonstration, step by step. */
final class Demo implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int MIB = 1024 * 1024;

  private final Story story;
  private final Workshop workshop;
  private final PostgresInstallation postgres;
  private final ClusterPlace original;
  private final ClusterPlace recovered;
  private @Nullable LocalCluster shopCluster;
  private @Nullable LocalCluster recoveredCluster;

  Demo(Story story, Workshop workshop, PostgresInstallation postgres) {
    this.story = story;
    this.workshop = workshop;
    this.postgres = postgres;
    this.original = ClusterPlace.below(workshop.directory(), "shop");
    this.recovered = ClusterPlace.below(workshop.directory(), "recovered");
  }

  /** Where clusters run now, the shop's first. */
  List<ClusterPlace> running() {
    return Stream.of(shopCluster, recoveredCluster)
        .filter(cluster -> cluster != null && cluster.isRunning())
        .map(LocalCluster::place)
        .toList();
  }

  /** Runs all of it; throws when anything is not as it should be. */
  void run() {
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
        "create a cluster, with its WAL archived",
        () -> {
          LocalCluster cluster =
              LocalCluster.initialize(postgres, original, workshop.owner(), List.of());
          shopCluster = cluster;
          workshop.configure(original);
          cluster.configure(
              """
              archive_mode = on
              archive_command = '%s'
              max_wal_size = 2GB
              checkpoint_timeout = 30min
              log_checkpoints = off
              """
                  .formatted(workshop.archiveCommand()));
          cluster.start(PATIENCE);
          return "PostgreSQL " + postgres.version();
        });
    story.step(
        "stanza-create, check",
        () -> {
          workshop.holdfast("stanza-create");
          workshop.holdfast("check");
          return "WAL arrives";
        });
    Shop shop = new Shop(new ShopDatabase(original, Shop.DATABASE));
    story.step(
        "open a shop",
        () -> {
          new ShopDatabase(original, LocalCluster.SUPERUSER).sql("create database shop");
          return shop.open();
        });
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
    await(
        "the archive's acknowledgement of WAL segment " + segment,
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
    cluster.start(PATIENCE);
    ShopDatabase database = new ShopDatabase(recovered, LocalCluster.SUPERUSER);
    await("the end of recovery", () -> database.sql("select pg_is_in_recovery()").equals("f"));
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

  /** Asks again and again; what is waited for is another process's work. */
  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new HoldfastException(ErrorCode.TERM, "interrupted while waiting for " + what);
      }
      if (System.nanoTime() > end) {
        throw new HoldfastException(
            ErrorCode.ARCHIVE_TIMEOUT,
            "waited " + PATIENCE.toSeconds() + " s in vain for " + what,
            "keep the files with 'holdfast demo --keep' and look into the log files.");
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private static String mib(long bytes) {
    double mib = (double) bytes / MIB;
    return String.format(Locale.ROOT, mib < 10 ? "%.1f MiB" : "%.0f MiB", mib);
  }

  /** Stops the clusters, at once. */
  @Override
  public void close() {
    if (recoveredCluster != null) {
      recoveredCluster.close();
    }
    if (shopCluster != null) {
      shopCluster.close();
    }
  }
}

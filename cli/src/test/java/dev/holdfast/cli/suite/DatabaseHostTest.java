package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.cli.HoldfastCommand.Running;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A backup server whose verbs run on database hosts, over a real SSH server. */
class DatabaseHostTest {
  private static final String PASS = "only the backup server knows this";

  private TwoHosts hosts;
  private Site site;
  private TestDirectory directory;

  @BeforeEach
  void start() {
    hosts = TwoHosts.create();
    site = hosts.site();
    directory = site.directory();
    site.option("repo1-cipher-type", "aes-256-cbc").option("repo1-cipher-pass", PASS);
  }

  @AfterEach
  void stop() {
    hosts.close();
  }

  private static void archive(TestPostgres postgres, Path databaseHost) {
    postgres.archiveCommand(
        "%s --config=%s --stanza=%s archive-push %%p"
            .formatted(HoldfastCommand.program(), databaseHost, Site.STANZA));
  }

  private static void fails(Outcome outcome, int code, String... says) {
    assertThat(outcome.exit()).as("%s", outcome).isEqualTo(code);
    assertThat(outcome.out() + outcome.err()).contains(says).doesNotContain(PASS);
  }

  @Test
  void backsUpAClusterOfAnotherHost() {
    site.option("process-max", "2").option("repo1-retention-full", "1").option("start-fast", "y");
    try (TestPostgres postgres =
        TestPostgres.startIn(directory, TestPostgres.system(), TestClusterOptions.defaults())) {
      Path databaseHost = hosts.databaseHost("db", postgres);
      hosts.cluster(1, "127.0.0.1", databaseHost, postgres);
      archive(postgres, databaseHost);
      site.oursWorks("stanza-create");
      assertThat(site.oursWorks("check").out()).contains("successfully archived");
      postgres.load(300);
      site.oursWorks("backup", "--type=full");
      String first = site.newestLabel();
      postgres.load(300);
      Outcome full = site.oursWorks("backup", "--type=full");
      assertThat(full.out())
          .contains("backup runs on '127.0.0.1'", "full backup size", "remove expired backup");
      postgres.load(300);
      site.oursWorks("backup", "--type=incr");
      String label = site.newestLabel();
      assertThat(site.labels()).hasSize(2).doesNotContain(first);
      assertThat(site.oursWorks("info").out()).contains(label);
      site.pgbackrestVerifies();
      site.holdfastVerifies();
      assertThat(TwoHosts.hosted(databaseHost)).isEmpty();
      fails(site.ours("restore"), 72, "must be run on the PostgreSQL host");
      assertThat(site.theirs("restore").exit()).isEqualTo(72);

      String digest = postgres.loadDigest();
      postgres.stop();
      Path target = directory.directory("copy");
      Outcome restored =
          TwoHosts.there(
              databaseHost,
              "restore",
              "--type=immediate",
              "--target-action=promote",
              "--archive-mode=off",
              "--pg1-path=" + target);
      assertThat(restored.exit()).as("%s", restored).isZero();
      try (TestPostgres copy = TestPostgres.existing(directory, TestPostgres.system(), "copy")) {
        assertThat(copy.start().loadDigest()).isEqualTo(digest);
      }
    }
  }

  /** The first cluster is a streaming standby; each has a host of its own. */
  @Test
  void findsThePrimaryAmongSeveralHosts() {
    site.option("start-fast", "y");
    try (TestPostgres primary =
        TestPostgres.startIn(directory, TestPostgres.system(), TestClusterOptions.defaults())) {
      Path primaryHost = hosts.databaseHost("primary-host", primary);
      hosts.cluster(2, "localhost", primaryHost, primary);
      hosts.cluster(1, "127.0.0.1", primaryHost, directory.directory("standby").toString());
      archive(primary, primaryHost);
      Outcome created = site.oursWorks("stanza-create");
      assertThat(created.out()).contains("runs on 'localhost' (pg2)");
      assertThat(created.out() + created.err()).contains("unable to check pg1");
      primary.load(300);
      site.oursWorks("backup", "--type=full");
      Outcome restored =
          TwoHosts.there(
              primaryHost,
              "restore",
              "--type=standby",
              "--pg1-path=" + directory.resolve("standby"),
              "--recovery-option=primary_conninfo=host=%s port=%d user=postgres"
                  .formatted(primary.socketDirectory(), primary.port()));
      assertThat(restored.exit()).as("%s", restored).isZero();
      try (TestPostgres standby =
          TestPostgres.existing(directory, TestPostgres.system(), "standby").start()) {
        Path standbyHost = hosts.databaseHost("standby-host", standby);
        hosts.cluster(1, "127.0.0.1", standbyHost, standby);
        assertThat(standby.sql("select pg_is_in_recovery()")).isEqualTo("t");

        assertThat(site.oursWorks("check").out())
            .contains("switch wal not performed because this is a standby", "runs on 'localhost'")
            .contains("successfully archived");
        primary.load(300);
        Outcome backup = site.oursWorks("backup", "--type=incr", "--backup-standby=prefer");
        assertThat(backup.out()).contains("runs on 'localhost' (pg2)");
        assertThat(backup.out() + backup.err()).contains("using primary instead");
        fails(site.ours("backup", "--backup-standby=y"), 67, "standby on another host");
        site.pgbackrestVerifies();

        primary.stop();
        fails(site.ours("backup"), 56, "unable to find the primary cluster", "localhost");
      }
    }
  }

  @Test
  void endsWithTheExitCodeOfTheOtherHost() throws IOException {
    StoppedCluster cluster = StoppedCluster.in(directory, "pg");
    Path databaseHost = hosts.databaseHost("db", "pg1-path=" + cluster.data());
    hosts.cluster(1, "127.0.0.1", databaseHost, cluster.data().toString());

    fails(site.ours("backup", "--no-online"), 55, "(on '127.0.0.1')");
    fails(site.ours("check"), 56, "unable to find the primary cluster");
    site.oursWorks("stanza-create", "--no-online");
    Path running = Files.createFile(cluster.data().resolve("postmaster.pid"));
    fails(site.ours("backup", "--no-online"), 38, "postmaster.pid", "(on '127.0.0.1')");
    assertThat(TwoHosts.there(databaseHost, "stop").exit()).isZero();
    fails(site.ours("backup", "--no-online"), 62, "stop file", "(on '127.0.0.1')");
    assertThat(TwoHosts.there(databaseHost, "start").exit()).isZero();

    site.oursWorks("stop");
    fails(site.ours("stanza-delete"), 38, "postmaster.pid");
    Files.delete(running);
    site.oursWorks("stanza-delete");
    assertThat(site.stanzaBackups()).doesNotExist();
    fails(
        HoldfastCommand.run(
            "--config=" + site.pgbackrest().configuration(),
            "--stanza=" + Site.STANZA,
            "archive-push",
            cluster.data().resolve("pg_wal/000000010000000000000001").toString()),
        72,
        "must be run on the PostgreSQL host");
  }

  @Test
  void tellsWhyAHostCannotBeUsed() {
    Path databaseHost = hosts.databaseHost("db", "pg1-path=" + directory.directory("pg"));
    hosts.cluster(1, "127.0.0.1", databaseHost, directory.resolve("pg").toString());

    fails(
        site.ours("stanza-create", "--pg1-host-cmd=pgbackrest"),
        49,
        "on '127.0.0.1'",
        "pgBackRest alone cannot");
    fails(
        site.ours("stanza-create", "--pg1-host-cmd=/nowhere/holdfast"),
        49,
        "/nowhere/holdfast",
        "pg-host-cmd");
    fails(
        site.ours("stanza-create", "--pg1-host-cmd=echo HOLDFAST-DATABASE 2 0.0.9; cat #"),
        39,
        "Holdfast 0.0.9",
        "the same version");
    fails(
        site.ours("stanza-create", "--pg1-host-user=nobody-of-that-name"), 49, "Permission denied");
    fails(site.ours("stanza-create", "--pg1-host=127.0.0.2"), 49, "Connection refused");
    directory.file("known_hosts", "\n");
    fails(site.ours("stanza-create"), 49, "Host key verification failed");
    fails(site.ours("stanza-create", "--cmd-ssh=/nowhere/ssh"), 102, "/nowhere/ssh", "cmd-ssh");
  }

  private Running backupInTheMiddle(Path databaseHost) throws Exception {
    Running running = site.startOurs("backup", "--no-online", "--type=full");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    boolean begun = false;
    while (!begun) {
      assertThat(System.nanoTime()).isLessThan(end);
      assertThat(running.process().waitFor(1, TimeUnit.MILLISECONDS)).as("too fast").isFalse();
      try (var entries = Files.list(site.stanzaBackups())) {
        begun =
            entries.anyMatch(entry -> Files.exists(entry.resolve("backup.manifest.copy")))
                && Files.readString(running.out()).contains("backup runs on");
      }
    }
    assertThat(TwoHosts.hosted(databaseHost)).hasSize(1);
    return running;
  }

  private static void awaitEnd(List<ProcessHandle> processes) throws Exception {
    for (ProcessHandle process : processes) {
      process.onExit().get(30, TimeUnit.SECONDS);
    }
  }

  /** SIGTERM, then kill -9 of the backup server's process, then a connection that breaks. */
  @Test
  void bothEndsEndTogetherAndTheNextBackupResumes() throws Exception {
    site.option("compress-type", "gz").option("compress-level", "9").option("process-max", "1");
    site.option("repo1-bundle", "n");
    StoppedCluster cluster = StoppedCluster.in(directory, "pg");
    Path databaseHost = hosts.databaseHost("db", "pg1-path=" + cluster.data());
    hosts.cluster(1, "127.0.0.1", databaseHost, cluster.data().toString());
    site.oursWorks("stanza-create", "--no-online");

    Running told = backupInTheMiddle(databaseHost);
    List<ProcessHandle> there = TwoHosts.hosted(databaseHost);
    told.process().destroy();
    fails(told.await(), 63, "terminated");
    awaitEnd(there);

    Running killed = backupInTheMiddle(databaseHost);
    there = TwoHosts.hosted(databaseHost);
    killed.process().destroyForcibly();
    killed.await();
    awaitEnd(there);

    Running cut = backupInTheMiddle(databaseHost);
    there = TwoHosts.hosted(databaseHost);
    hosts.server().dropConnections();
    fails(cut.await(), 49, "127.0.0.1", "the connection ended");
    awaitEnd(there);

    Running alone = backupInTheMiddle(databaseHost);
    TwoHosts.hosted(databaseHost).forEach(ProcessHandle::destroyForcibly);
    fails(alone.await(), 49, "127.0.0.1", "the connection ended");

    assertThat(site.labels()).isEmpty();
    Outcome last = site.oursWorks("backup", "--no-online", "--type=full");
    assertThat(last.out() + last.err()).contains("resumable backup");
    assertThat(site.labels()).hasSize(1);
    site.pgbackrestVerifies();
  }
}

package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.storage.s3.TestS3Server;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Both programs on one encrypted repository in one bucket of a real S3 server, over TLS: each
 * continues what the other began, and restores, expires, verifies and tells of it.
 */
class S3InterchangeTest {
  private static final String PASS = "a passphrase that no message shows";

  private TestDirectory directory;
  private TestS3Server server;

  @BeforeEach
  void startServer() throws IOException {
    directory = TestDirectory.create();
    server = TestS3Server.start(directory.path());
    // The programs run as another user than the server.
    directory.run("test", "-r", server.caFile().toString()).orThrow("read the authority");
  }

  @AfterEach
  void stopServer() {
    server.close();
    directory.close();
  }

  private Site site(String bucket) {
    return Site.inBucket(directory, server, bucket)
        .option("repo1-cipher-type", "aes-256-cbc")
        .option("repo1-cipher-pass", PASS)
        .option("repo1-retention-full", "1")
        .option("compress-type", "lz4")
        .option("process-max", "2")
        .option("io-timeout", "20");
  }

  @Test
  void eachContinuesWhatTheOtherBegan() {
    turns(Program.HOLDFAST);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource
  void eachContinuesWhatTheOtherBeganWhoeverBegins(Program first) {
    turns(first);
  }

  private void turns(Program first) {
    Site site = site("interchange");
    try (TestPostgres postgres =
        TestPostgres.startIn(directory, TestPostgres.system(), TestClusterOptions.defaults())) {
      site.cluster(postgres);
      site.works(first, "stanza-create");
      Map<String, String> digests = new LinkedHashMap<>();
      Program turn = first;
      for (String type : List.of("full", "diff", "incr")) {
        postgres.archiveCommand(site.archiveCommand(turn.other()));
        site.works(turn.other(), "check");
        postgres.load(300);
        site.works(turn, "backup", "--type=" + type);
        digests.put(site.newestLabel(), postgres.loadDigest());
        turn = turn.other();
      }
      for (Program program : Program.values()) {
        String info = site.works(program, "info", "--output=json");
        assertThat(digests.keySet()).allSatisfy(label -> assertThat(info).contains(label));
      }
      site.pgbackrestVerifies();
      site.holdfastVerifies();
      postgres.stop();
      for (Map.Entry<String, String> backup : digests.entrySet()) {
        assertThat(site.rows(turn, backup.getKey())).isEqualTo(backup.getValue());
        turn = turn.other();
      }
      expires(site, postgres, turn);
    }
  }

  /** A second full backup pushes out the first one with all that depends on it. */
  private static void expires(Site site, TestPostgres postgres, Program by) {
    List<String> before = site.labels();
    postgres.start();
    site.works(by.other(), "--no-expire-auto", "backup", "--type=full");
    site.works(by, "expire");
    assertThat(site.labels()).doesNotContainAnyElementsOf(before).hasSize(1);
    site.pgbackrestVerifies();
    site.holdfastVerifies();
    postgres.stop();
  }

  @Test
  void sendsAndFetchesManySegmentsAtOnce() throws IOException {
    Site site = site("segments").option("archive-async", "y");
    try (TestPostgres postgres =
        TestPostgres.startIn(directory, TestPostgres.system(), TestClusterOptions.defaults())) {
      site.cluster(postgres);
      site.oursWorks("stanza-create");
      postgres.archiveCommand(site.archiveCommand(Program.HOLDFAST));
      site.oursWorks("backup", "--type=full");
      for (int segment = 0; segment < 6; segment++) {
        postgres.load(200);
        postgres.switchWal();
      }
      String digest = postgres.loadDigest();
      site.oursWorks("check");
      postgres.stop();
      Path target = directory.directory("copy");
      site.oursWorks("restore", "--pg1-path=" + target, "--archive-mode=off");
      try (TestPostgres copy = TestPostgres.existing(directory, TestPostgres.system(), "copy")) {
        copy.start();
        awaitEndOfRecovery(copy);
        assertThat(copy.loadDigest()).isEqualTo(digest);
      }
    }
  }

  @Test
  void tellsWhichBucketIsMissing() {
    Site site = site("present").option("repo1-s3-bucket", "absent");

    Outcome outcome = site.ours("info");

    assertThat(outcome.out() + outcome.err()).contains("NoSuchBucket").contains("absent");
  }

  @Test
  void showsNoSecretWhenTheStoreRefusesThem() {
    Site site = site("refused").option("repo1-s3-key-secret", "wrong-secret-of-ours");

    Outcome outcome = site.ours("repo-ls", "--log-level-console=detail");

    assertThat(outcome.exit()).isEqualTo(105);
    assertThat(outcome.err()).contains("SignatureDoesNotMatch").contains("HINT");
    assertThat(outcome.out() + outcome.err()).doesNotContain("wrong-secret-of-ours", PASS);
  }

  @Test
  void copiesWhatRepositoryVerbsName() throws IOException {
    Site site = site("files");
    Files.createDirectories(site.repository().resolve("archive/main"));
    Files.writeString(site.repository().resolve("archive/main/plain"), "content");

    assertThat(site.oursWorks("repo-ls", "archive/main").out()).contains("plain");
    assertThat(site.oursWorks("repo-get", "--raw", "archive/main/plain").out())
        .isEqualTo("content");
  }

  private static void awaitEndOfRecovery(TestPostgres copy) {
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!copy.sql("select pg_is_in_recovery()").equals("f")) {
      assertThat(System.nanoTime()).as("recovery ends").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }
}

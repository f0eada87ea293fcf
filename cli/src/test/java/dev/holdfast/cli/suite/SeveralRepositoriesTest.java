package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.storage.s3.TestS3Server;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A repository in a directory and an encrypted one in a bucket, for one stanza. */
class SeveralRepositoriesTest {
  private static final String PASS = "a passphrase that no message shows";

  private Site site;
  private TestDirectory directory;
  private TestS3Server server;
  private Path bucket;

  @BeforeEach
  void start() {
    site = Site.create();
    directory = site.directory();
    server = TestS3Server.start(directory.path());
    bucket = server.directory(server.bucket("several")).resolve("repository");
    site.option("repo2-path", "/repository");
    server
        .options("several")
        .forEach(option -> site.option("repo2-" + option.getKey(), option.getValue()));
    site.option("repo2-cipher-type", "aes-256-cbc")
        .option("repo2-cipher-pass", PASS)
        .option("repo1-retention-full", "1")
        .option("repo2-retention-full", "1")
        .option("repo1-bundle", "n")
        .option("compress-type", "lz4")
        .option("log-level-console", "info")
        .option("start-fast", "y");
  }

  @AfterEach
  void stop() {
    server.close();
    site.close();
  }

  private static List<String> labels(Path repository) throws IOException {
    try (Stream<Path> entries = Files.list(repository.resolve("backup/main"))) {
      return entries
          .map(entry -> String.valueOf(entry.getFileName()))
          .filter(name -> name.matches("20.*F"))
          .toList();
    }
  }

  private static long segments(Path repository) throws IOException {
    return copies(repository, "0");
  }

  /** How many segments have names that begin so. */
  private static long copies(Path repository, String name) throws IOException {
    try (Stream<Path> files = Files.walk(repository.resolve("archive/main"))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(file -> file.startsWith(name) && file.endsWith(".lz4"))
          .count();
    }
  }

  private Outcome restore(String... more) {
    return site.ours(
        Stream.concat(
                Stream.of(
                    "restore",
                    "--type=immediate",
                    "--target-action=promote",
                    "--archive-mode=off",
                    "--pg1-path=" + directory.directory("copy")),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private void assertRows(String digest) {
    try (TestPostgres copy = TestPostgres.existing(directory, TestPostgres.system(), "copy")) {
      assertThat(copy.start().loadDigest()).isEqualTo(digest);
    } finally {
      directory.run("rm", "-rf", directory.resolve("copy").toString());
    }
  }

  private static void says(Outcome outcome, int exit, String... texts) {
    assertThat(outcome.exit()).as("%s", outcome).isEqualTo(exit);
    assertThat(outcome.out() + outcome.err()).contains(texts).doesNotContain(PASS);
  }

  @Test
  void oneServesWhereTheOtherCannot() throws IOException {
    try (TestPostgres postgres =
        TestPostgres.startIn(directory, TestPostgres.system(), TestClusterOptions.defaults())) {
      site.cluster(postgres);
      site.oursWorks("stanza-create");
      postgres.archiveCommand(site.archiveCommand(Program.HOLDFAST));
      site.oursWorks("check");
      assertThat(segments(site.repository())).isPositive().isEqualTo(segments(bucket));
      postgres.load(300);
      says(site.oursWorks("backup", "--type=full"), 0, "defaulting to repo1");
      assertThat(site.theirsWorks("backup", "--type=full").out()).contains("defaulting to repo1");
      assertThat(labels(bucket)).isEmpty();
      says(
          site.ours("restore", "--repo=2", "--pg1-path=" + directory.directory("copy")),
          75,
          "repo2");
      postgres.load(300);
      site.oursWorks("backup", "--type=full", "--repo=2");
      String first = labels(site.repository()).getFirst();
      String second = labels(bucket).getFirst();
      String digest = postgres.loadDigest();
      assertThat(site.oursWorks("info").out()).contains(first, second);
      assertThat(site.oursWorks("info", "--repo=2").out()).contains(second).doesNotContain(first);
      assertThat(site.oursWorks("repo-ls", "backup/main").out()).contains(first);
      assertThat(site.oursWorks("repo-ls", "--repo=2", "backup/main").out()).contains(second);
      site.oursWorks("expire");
      site.oursWorks("verify");
      site.oursWorks("verify", "--repo=2");
      String wal = postgres.switchWal();

      fallsBack(first, digest);
      Path segment = Files.createTempFile(directory.path(), "wal", "");
      pushes(postgres, segment, wal);
      expires(postgres);
    }
  }

  private void fallsBack(String first, String digest) throws IOException {
    Path backups = site.stanzaBackups();
    Path hidden = Files.move(backups, backups.resolveSibling("hidden"));
    says(restore(), 0, "WARN: repo1:", "repo2: restore backup set");
    assertRows(digest);
    ExternalProgram.Result theirs =
        site.theirs(
            "restore",
            "--type=immediate",
            "--target-action=promote",
            "--archive-mode=off",
            "--pg1-path=" + directory.directory("copy"));
    assertThat(theirs.exit()).as("%s", theirs).isZero();
    assertThat(theirs.out()).contains("repo2: restore backup set");
    assertRows(digest);
    Files.move(hidden, backups);

    for (String copy : List.of("backup.manifest", "backup.manifest.copy")) {
      Files.move(backups.resolve(first).resolve(copy), backups.resolve("hidden-" + copy));
    }
    says(restore(), 0, "repo1: backup set " + first + " cannot be used", "repo2: restore");
    assertRows(digest);
    for (String copy : List.of("backup.manifest", "backup.manifest.copy")) {
      Files.move(backups.resolve("hidden-" + copy), backups.resolve(first).resolve(copy));
    }

    Path file = backups.resolve(first).resolve("pg_data/global/pg_control.lz4");
    Files.move(file, backups.resolve("hidden-control"));
    Outcome broken = restore();
    assertThat(broken.exit()).as("%s", broken).isNotZero();
    assertThat(broken.err()).contains("--repo=2 --delta");
    says(restore("--repo=2", "--delta"), 0, "repo2: restore backup set");
    assertRows(digest);
    Files.move(backups.resolve("hidden-control"), file);
  }

  private void pushes(TestPostgres postgres, Path segment, String wal) throws IOException {
    Path archive = site.stanzaArchive();
    Path hidden = Files.move(archive, archive.resolveSibling("hidden"));
    says(
        site.ours("archive-get", wal, segment + ".got", "--log-level-console=warn"),
        0,
        "repo1: [FileMissingError]");
    assertThat(Path.of(segment + ".got")).isNotEmptyFile();

    postgres.configure("archive_command = '/bin/true'");
    postgres.restart();
    postgres.sql("select pg_logical_emit_message(true, 'a', 'b')");
    Path next = postgres.pgdata().resolve("pg_wal").resolve(postgres.switchWal());
    says(site.ours("archive-push", next.toString()), 104, "repo1: [FileMissingError]");
    String name = String.valueOf(next.getFileName());
    assertThat(copies(bucket, name)).isOne();
    Path away = Files.move(bucket, bucket.resolveSibling("away"));
    says(
        site.ours("archive-push", next.toString()),
        103,
        "repo1: [FileMissingError]",
        "repo2: [FileMissingError]");
    Files.move(away, bucket);
    Files.move(hidden, archive);
    assertThat(copies(site.repository(), name)).isZero();
    site.oursWorks("archive-push", next.toString());
    assertThat(copies(site.repository(), name)).isOne();
    assertThat(copies(bucket, name)).isOne();
  }

  /**
   * Each has the retention of its own, and one that cannot be read does not keep the other full.
   */
  private void expires(TestPostgres postgres) throws IOException {
    postgres.archiveCommand(site.archiveCommand(Program.HOLDFAST));
    for (String repository : List.of("--repo=1", "--repo=2")) {
      site.oursWorks("backup", "--type=full", "--no-expire-auto", repository);
    }
    List<String> before = labels(site.repository());
    assertThat(before).hasSizeGreaterThan(1);
    site.oursWorks("expire", "--repo=2");
    assertThat(labels(bucket)).hasSize(1);
    assertThat(labels(site.repository())).isEqualTo(before);

    site.oursWorks("backup", "--type=full", "--no-expire-auto", "--repo=2");
    Path backups = site.stanzaBackups();
    Path hidden = Files.move(backups, backups.resolveSibling("hidden"));
    says(site.ours("expire"), 104, "repo1");
    assertThat(labels(bucket)).hasSize(1);
    Files.move(hidden, backups);
    site.oursWorks("expire");
    assertThat(labels(site.repository()))
        .containsExactly(before.stream().max(String::compareTo).orElseThrow());
    site.oursWorks("verify");
    site.oursWorks("verify", "--repo=2");
  }
}

package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** archive-push and archive-get as PostgreSQL calls them, and check, as processes. */
class ArchiveVerbsTest {
  private ArchiveSite site;

  @BeforeEach
  void makeSite() {
    site = new ArchiveSite();
  }

  @AfterEach
  void closeSite() {
    site.close();
  }

  @Test
  void postgresArchivesThroughUsAndBothProgramsChecksSucceed() throws IOException {
    site.expect(0, "stanza-create");
    site.archiveThroughUs();

    site.expect(0, "check");
    site.pgBackRest.expect("--stanza=main", "check");

    String segment = site.postgres.switchWal();
    ArchiveSite.await("the segment is archived", () -> site.isArchived(segment));
    Path got = site.directory.directory("out").resolve("RECOVERYXLOG");
    site.expect(0, "archive-get", segment, got.toString());
    assertThat(got).hasSameBinaryContentAs(site.wal(segment));
    site.expect(1, "archive-get", "0000000100000000000000FF", got.toString());
    site.expect(1, "archive-get", "00000002.history", got.toString());
  }

  @Test
  void checkSaysWhatIsWrongWithArchiving() {
    site.expect(55, "check", "--no-archive-check");
    site.expect(0, "stanza-create");
    site.expect(87, "check");
    site.postgres.archiveCommand("cp %p /tmp/nowhere");
    site.expect(68, "check");
    site.postgres.archiveCommand("/bin/false holdfast %p");
    site.pgBackRest.option("global", "archive-timeout", "1");
    site.expect(82, "check");
    site.postgres.stop();
    site.expect(27, "check");
    site.expect(56, "stanza-create");
    site.expect(0, "stanza-create", "--no-online");
  }

  @Test
  void pushesAheadAndFetchesAheadThroughTheSpool() throws IOException {
    site.expect(0, "stanza-create");
    site.pgBackRest
        .option("global", "archive-async", "y")
        .option("global", "process-max", "2")
        .option("global", "archive-get-queue-max", "64MiB");
    site.postgres.archiveCommand("/bin/false");
    List<String> segments = new ArrayList<>();
    for (int count = 0; count < 5; count++) {
      segments.add(site.postgres.switchWal());
    }
    site.archiveThroughUs();

    ArchiveSite.await(
        "all segments are acknowledged",
        () ->
            site.postgres
                    .sql("select coalesce(last_archived_wal, '') from pg_stat_archiver")
                    .compareTo(segments.getLast())
                >= 0);
    assertThat(segments).allMatch(site::isArchived);

    Path got = site.directory.directory("out").resolve("RECOVERYXLOG");
    for (String segment : segments) {
      site.expect(0, "archive-get", segment, got.toString());
      assertThat(got).hasSameBinaryContentAs(site.wal(segment));
    }
    site.expect(1, "archive-get", "0000000100000000000000F0", got.toString());
    try (Stream<Path> spooled =
        Files.list(site.directory.resolve("pgbackrest-spool/archive/main/in"))) {
      assertThat(spooled.map(file -> String.valueOf(file.getFileName())))
          .noneMatch(name -> name.endsWith(".error"));
    }
    assertThat(site.directory.resolve("pgbackrest-log/main-archive-push-async.log")).doesNotExist();
    // Either program's foreground believes the other's background.
    site.pgBackRest.expect("--stanza=main", "archive-get", segments.getFirst(), got.toString());
    assertThat(got).hasSameBinaryContentAs(site.wal(segments.getFirst()));
  }

  @Test
  void anErrorOfTheBackgroundReachesTheForegroundWithItsCode() throws IOException {
    site.expect(0, "stanza-create");
    String segment = site.postgres.switchWal();
    site.expect(0, "archive-push", site.wal(segment).toString());
    site.pgBackRest.option("global", "archive-async", "y");
    Path wal = site.directory.directory("wal");
    Path status = site.directory.directory("wal/archive_status");
    byte[] other = Files.readAllBytes(site.wal(segment));
    other[other.length - 1] ^= 1;
    Path changed = Files.write(wal.resolve(segment), other);
    site.postgres.owner().own(changed);
    Files.createFile(status.resolve(segment + ".ready"));

    HoldfastCommand.Outcome outcome = site.run("archive-push", changed.toString());

    assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(45);
    assertThat(outcome.err()).contains("already exists in the repo1 archive");
  }

  @Test
  void recoversAClusterByFetchingAhead() {
    site.expect(0, "stanza-create");
    site.pgBackRest.option("global", "archive-async", "y");
    site.archiveThroughUs();
    Path copy = site.directory.resolve("copy");
    site.directory.run(
        TestPostgres.system().program("pg_basebackup").toString(),
        "-h",
        site.postgres.socketDirectory().toString(),
        "-p",
        Integer.toString(site.postgres.port()),
        "-U",
        "postgres",
        "-D",
        copy.toString(),
        "-X",
        "none",
        "--checkpoint=fast",
        "--no-sync");
    site.postgres.load(2000);
    String digest = site.postgres.loadDigest();
    String last = site.postgres.switchWal();
    ArchiveSite.await("the last segment is archived", () -> site.isArchived(last));

    try (TestPostgres recovered =
        TestPostgres.existing(site.directory, TestPostgres.system(), "copy")) {
      recovered.configure(
          "archive_mode = off",
          "port = " + recovered.port(),
          "unix_socket_directories = '" + recovered.socketDirectory() + "'",
          "restore_command = '"
              + site.restoreCommand().replace("%f", "--pg1-path=" + recovered.pgdata() + " %f")
              + "'");
      site.directory.file("copy/recovery.signal", "");
      recovered.start();

      ArchiveSite.await(
          "recovery has ended", () -> recovered.sql("select pg_is_in_recovery()").equals("f"));
      assertThat(recovered.loadDigest()).isEqualTo(digest);
    }
  }

  @Test
  void aStoppedStanzaIsNotPushedTo() {
    site.expect(0, "stanza-create");
    String segment = site.postgres.switchWal();
    site.expect(0, "stop");
    site.expect(62, "archive-push", site.wal(segment).toString());
    site.expect(62, "stanza-create");
    assertThat(site.pgBackRest.run("--stanza=main", "archive-push", site.wal(segment).toString()))
        .extracting(result -> result.exit())
        .isEqualTo(62);
    site.expect(0, "start");
    site.expect(0, "archive-push", site.wal(segment).toString());
  }

  @Test
  void stanzaDeleteWantsAStopAndAStoppedPostgres() {
    site.expect(0, "stanza-create");
    site.expect(55, "stanza-delete");
    site.expect(0, "stop");
    site.expect(38, "stanza-delete");
    site.expect(0, "stanza-delete", "--force");
    assertThat(site.repository.resolve("archive/main")).doesNotExist();
    assertThat(site.repository.resolve("backup/main")).doesNotExist();
    site.expect(0, "stanza-delete");
    site.expect(0, "stanza-create");
  }

  @Test
  void aWrongPassphraseIsACryptoError() {
    site.pgBackRest
        .option("global", "repo1-cipher-type", "aes-256-cbc")
        .option("global", "repo1-cipher-pass", "kept-safe-4711");
    site.expect(0, "stanza-create");
    site.pgBackRest.option("global", "repo1-cipher-pass", "mistyped-4712");
    site.expect(95, "stanza-create");
    HoldfastCommand.Outcome outcome = site.run("check", "--no-archive-check");
    assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(95);
    assertThat(outcome.toString()).doesNotContain("mistyped-4712", "kept-safe-4711");
    assertThat(site.run("info").out()).contains("[CryptoError]").contains("status: error (other)");
  }

  @Test
  void aRepositoryThatCannotBeWrittenIsNamed() {
    site.expect(0, "stanza-create");
    String segment = site.postgres.switchWal();
    Path archive = site.repository.resolve("archive/main");
    site.directory.run("chmod", "0500", archive.toString());

    HoldfastCommand.Outcome outcome = site.run("archive-push", site.wal(segment).toString());

    assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(104);
    assertThat(outcome.err()).contains("repo1: [").contains(archive.toString());
    site.directory.run("chmod", "0750", archive.toString());
    site.expect(0, "archive-push", site.wal(segment).toString());
  }

  @Test
  void wantsToKnowWhatToPushAndToGet() {
    site.expect(43, "archive-push");
    site.expect(43, "archive-get");
    site.expect(43, "archive-get", "000000010000000000000001");
    site.expect(96, "archive-get", "a", "b", "c");
  }
}

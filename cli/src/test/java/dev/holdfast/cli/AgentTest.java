package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The agent and its thin client, beside a real PostgreSQL. */
class AgentTest {
  private AgentSite agents;
  private ArchiveSite site;

  @BeforeEach
  void makeSite() {
    agents = new AgentSite();
    site = agents.site;
    site.expect(0, "stanza-create");
  }

  @AfterEach
  void closeSite() {
    agents.close();
  }

  private List<String> switchWal(int count) {
    List<String> segments = new ArrayList<>();
    for (int each = 0; each < count; each++) {
      segments.add(site.postgres.switchWal());
    }
    return segments;
  }

  private void awaitArchivedByServer(String segment) {
    ArchiveSite.await(
        "PostgreSQL knows that " + segment + " is archived",
        () -> !Files.exists(site.wal("archive_status/" + segment + ".ready")));
  }

  @Test
  void postgresArchivesThroughTheAgentAndPgBackRestReadsIt() throws IOException {
    agents.startAgent();
    agents.archiveThroughClient();
    List<String> segments = switchWal(5);
    awaitArchivedByServer(segments.getLast());

    assertThat(site.postgres.sql("select failed_count from pg_stat_archiver")).isEqualTo("0");
    Path got = site.directory.directory("out").resolve("RECOVERYXLOG");
    for (String segment : segments) {
      site.pgBackRest.expect("--stanza=main", "archive-get", segment, got.toString());
      assertThat(got).hasSameBinaryContentAs(site.wal(segment));
    }
    site.expect(0, "check");
  }

  @Test
  void whatIsReadyIsPushedBeforePostgresAsks() {
    // PostgreSQL never gets as far as asking.
    site.postgres.archiveCommand("/bin/false");
    List<String> segments = switchWal(3);
    agents.startAgent();

    for (String segment : segments) {
      ArchiveSite.await(segment, () -> agents.spooled("out").contains(segment + ".ok"));
      assertThat(site.isArchived(segment)).isTrue();
    }
  }

  @Test
  void withoutAnAgentTheClientPushesAndGetsBySelf() {
    agents.archiveThroughClient();
    String segment = site.postgres.switchWal();
    awaitArchivedByServer(segment);
    assertThat(site.isArchived(segment)).isTrue();
    assertThat(agents.client("archive-get", segment, "RECOVERYXLOG").exit()).isZero();
    assertThat(site.postgres.pgdata().resolve("RECOVERYXLOG"))
        .hasSameBinaryContentAs(site.wal(segment));
    assertThat(agents.client("archive-get", "0000000100000000000000FF", "RECOVERYXLOG").exit())
        .isEqualTo(1);
  }

  @Test
  void aKilledAgentIsStoodInForAndReplaced() {
    HoldfastCommand.Running first = agents.startAgent();
    agents.archiveThroughClient();
    AgentSite.kill(first);
    assertThat(agents.socket()).exists();

    String alone = site.postgres.switchWal();
    awaitArchivedByServer(alone);
    assertThat(site.isArchived(alone)).isTrue();

    agents.startAgent();
    String again = site.postgres.switchWal();
    awaitArchivedByServer(again);
    assertThat(site.isArchived(again)).isTrue();
  }

  @Test
  void aSecondAgentRefusesAndTheFirstServesOn() {
    agents.startAgent();
    HoldfastCommand.Outcome second = agents.launch().await();

    assertThat(second.exit()).as(second.toString()).isEqualTo(50);
    assertThat(second.err() + second.out()).contains("another agent serves stanza 'main'");
    agents.archiveThroughClient();
    awaitArchivedByServer(site.postgres.switchWal());
  }

  @Test
  void aSignalEndsItCleanly() {
    HoldfastCommand.Running agent = agents.startAgent();

    assertThat(AgentSite.terminate(agent)).isZero();
    assertThat(agents.socket()).doesNotExist();
  }

  @Test
  void aStoppedStanzaIsRefusedUntilItIsStartedAgain() {
    agents.startAgent();
    String segment = site.postgres.switchWal();
    site.expect(0, "stop");
    HoldfastCommand.Outcome stopped = agents.client("archive-push", "pg_wal/" + segment);
    assertThat(stopped.exit()).as(stopped.toString()).isEqualTo(62);
    assertThat(stopped.err()).startsWith("ERROR: [062]:");
    assertThat(site.isArchived(segment)).isFalse();

    site.expect(0, "start");
    assertThat(agents.client("archive-push", "pg_wal/" + segment).exit()).isZero();
    assertThat(site.isArchived(segment)).isTrue();
  }

  @Test
  void theConfigurationIsReadAgainForEachRequest() throws IOException {
    agents.startAgent();
    String before = site.postgres.switchWal();
    assertThat(agents.client("archive-push", "pg_wal/" + before).exit()).isZero();

    Path configuration = site.pgBackRest.configuration();
    String text = Files.readString(configuration);
    Files.writeString(configuration, text.replace("compress-type=lz4", "compress-type=zst"));
    String after = site.postgres.switchWal();
    assertThat(agents.client("archive-push", "pg_wal/" + after).exit()).isZero();
    try (var files = Files.walk(site.repository.resolve("archive"))) {
      List<String> names = files.map(file -> String.valueOf(file.getFileName())).toList();
      assertThat(names).anyMatch(name -> name.startsWith(before) && name.endsWith(".lz4"));
      assertThat(names).anyMatch(name -> name.startsWith(after) && name.endsWith(".zst"));
    }

    Files.writeString(configuration, text.replace("pg1-path=", "pg1-path=nowhere"));
    HoldfastCommand.Outcome broken = agents.client("archive-push", "pg_wal/" + after);
    assertThat(broken.exit()).as(broken.toString()).isNotZero();
  }

  @Test
  void danger20AnAcknowledgementOfAnotherFileIsNotBelievedByTheClient() throws IOException {
    site.postgres.archiveCommand("/bin/false");
    agents.startAgent();
    String segment = site.postgres.switchWal();
    assertThat(agents.client("archive-push", "pg_wal/" + segment).exit()).isZero();
    Path ok = agents.spool.resolve("archive/main/out/" + segment + ".ok");
    assertThat(AgentSite.text(ok)).startsWith("0\nholdfast ");

    // The same name, another content: the agent has to look, and to refuse.
    Path wal = site.wal(segment);
    byte[] bytes = Files.readAllBytes(wal);
    bytes[bytes.length - 1] ^= 1;
    Files.write(wal, bytes, StandardOpenOption.WRITE);
    HoldfastCommand.Outcome changed = agents.client("archive-push", "pg_wal/" + segment);
    assertThat(changed.exit()).as(changed.toString()).isNotZero();
    assertThat(changed.err()).contains("already exists").contains("different checksum");
  }

  @Test
  void danger19WhatIsDroppedIsToldByCheckAndInfoUntilABackupPutsItBehind() {
    site.pgBackRest.option("global", "archive-push-queue-max", "1MiB");
    agents.startAgent();
    agents.archiveThroughClient();
    for (String segment : switchWal(3)) {
      awaitArchivedByServer(segment);
      assertThat(site.isArchived(segment)).isFalse();
    }
    site.pgBackRest.option("global", "archive-push-queue-max", "1GiB");

    HoldfastCommand.Outcome check = site.run("check");
    assertThat(check.exit()).as(check.toString()).isEqualTo(55);
    assertThat(check.toString()).contains("WAL file(s) are in no repository: ");
    assertThat(site.run("info").out()).contains("wal gap in stanza main: ");
    assertThat(site.run("info", "--output=json").out())
        .containsPattern(
            "\"wal-gap\":\\[\\{\"reason\":\"[^\"]+\",\"timestamp\":[0-9]+,\"wal\":\"[0-9A-F]{24}\"");

    site.expect(0, "backup", "--type=full", "--start-fast", "--repo1-retention-full=2");
    site.expect(0, "check");
    assertThat(site.run("info").out()).doesNotContain("wal gap");
    assertThat(site.run("info", "--output=json").out()).doesNotContain("wal-gap");
  }

  @Test
  void danger19AFullSpoolAcknowledgesNothing() {
    assumeTrue(HoldfastCommand.isRoot());
    site.pgBackRest.option("global", "archive-timeout", "2");
    try (SmallDisk spool = new SmallDisk(site.directory, agents.spool, "64k")) {
      HoldfastCommand.Running agent = agents.startAgent();
      site.postgres.archiveCommand("/bin/false");
      String segment = site.postgres.switchWal();
      spool.fill();
      HoldfastCommand.Outcome first = agents.client("archive-push", "pg_wal/" + segment);
      assertThat(first.exit()).as(first.toString()).isNotZero();

      spool.grow("1m");
      assertThat(agents.client("archive-push", "pg_wal/" + segment).exit()).isZero();
      assertThat(site.isArchived(segment)).isTrue();
      assertThat(AgentSite.terminate(agent)).isZero();
    }
  }

  @Test
  void theWalOfAnotherDirectoryIsRefused() {
    agents.startAgent();
    String segment = site.postgres.switchWal();
    Path elsewhere = site.directory.directory("elsewhere").resolve(segment);
    HoldfastCommand.Outcome copied =
        agents.run(List.of("cp", site.wal(segment).toString(), elsewhere.toString()));
    assertThat(copied.exit()).as(copied.toString()).isZero();

    HoldfastCommand.Outcome outcome = agents.client("archive-push", elsewhere.toString());
    assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(96);
  }

  @Test
  void recoveryIsStoppedRatherThanEndedEarlyWhenTheArchiveCannotAnswer() throws IOException {
    agents.startAgent();
    agents.archiveThroughClient();
    String segment = site.postgres.switchWal();
    awaitArchivedByServer(segment);
    Path moved = site.repository.resolveSibling("moved");
    Path data = site.postgres.pgdata();
    site.postgres.stop();
    site.pgBackRest.option("global", "archive-timeout", "2");

    Files.createFile(data.resolve("recovery.signal"));
    assertThat(agents.client("archive-get", segment, "RECOVERYXLOG").exit()).isZero();
    assertThat(agents.client("archive-get", "00000009.history", "RECOVERYXLOG").exit())
        .isEqualTo(1);
    Files.move(site.repository, moved);
    HoldfastCommand.Outcome failed =
        agents.client("archive-get", "00000009.history", "RECOVERYXLOG");
    assertThat(failed.exit()).as(failed.toString()).isEqualTo(255);
    HoldfastCommand.Outcome byVerb =
        site.run("archive-get", "00000009.history", data.resolve("RECOVERYXLOG").toString());
    assertThat(byVerb.exit()).as(byVerb.toString()).isEqualTo(255);

    Files.move(data.resolve("recovery.signal"), data.resolve("standby.signal"));
    assertThat(agents.client("archive-get", "00000009.history", "RECOVERYXLOG").exit())
        .isEqualTo(1);
    Files.move(moved, site.repository);
  }

  @Test
  void segmentsAreFetchedAheadForRecovery() {
    agents.archiveThroughClient();
    HoldfastCommand.Running agent = agents.startAgent();
    List<String> segments = switchWal(6);
    awaitArchivedByServer(segments.getLast());

    assertThat(agents.client("archive-get", segments.getFirst(), "RECOVERYXLOG").exit()).isZero();
    ArchiveSite.await(
        "the next segments are fetched ahead",
        () -> agents.spooled("in").contains(segments.get(4)));
    for (String segment : segments) {
      assertThat(agents.client("archive-get", segment, "RECOVERYXLOG").exit()).isZero();
      assertThat(site.postgres.pgdata().resolve("RECOVERYXLOG"))
          .hasSameBinaryContentAs(site.wal(segment));
    }
    assertThat(AgentSite.terminate(agent)).isZero();
  }

  @Test
  void theClientTakesWhatIsFetchedAndTheAgentFetchesOn() throws IOException {
    site.pgBackRest.option("global", "archive-get-queue-max", "64MiB");
    agents.archiveThroughClient();
    HoldfastCommand.Running agent = agents.startAgent();
    List<String> segments = switchWal(8);
    awaitArchivedByServer(segments.getLast());
    assertThat(agents.client("archive-get", segments.getFirst(), "RECOVERYXLOG").exit()).isZero();
    ArchiveSite.await(
        "the queue is fetched ahead", () -> agents.spooled("in").contains(segments.get(3)));

    for (String segment : segments.subList(1, 4)) {
      assertThat(agents.client("archive-get", segment, "RECOVERYXLOG").exit()).isZero();
    }
    ArchiveSite.await("the agent fetches on", () -> agents.spooled("in").contains(segments.get(5)));
    AgentSite.kill(agent);

    // What was fetched is taken without an agent too, unless there is something to be said of it.
    assertThat(agents.client("archive-get", segments.get(4), "RECOVERYXLOG").exit()).isZero();
    assertThat(site.postgres.pgdata().resolve("RECOVERYXLOG"))
        .hasSameBinaryContentAs(site.wal(segments.get(4)));
    Path status = agents.spool.resolve("archive/main/in").resolve(segments.get(5) + ".ok");
    Files.writeString(status, "0\na repository was passed over\n");
    assertThat(agents.client("archive-get", segments.get(5), "RECOVERYXLOG").exit()).isZero();
    assertThat(agents.spooled("in")).contains(segments.get(5));
  }

  @Test
  void aSocketOfAnotherUserIsNotTrusted() throws IOException {
    assumeTrue(HoldfastCommand.isRoot());
    HoldfastCommand.Running agent = agents.startAgent();
    Path kept = agents.spool.resolve("kept");
    Files.move(agents.socket(), kept, StandardCopyOption.ATOMIC_MOVE);
    Files.createFile(agents.socket());
    String segment = site.postgres.switchWal();

    // Whatever is there is no socket of ours: the client does the work without it.
    HoldfastCommand.Outcome outcome = agents.client("archive-push", "pg_wal/" + segment);
    assertThat(outcome.exit()).as(outcome.toString()).isZero();
    assertThat(site.isArchived(segment)).isTrue();
    AgentSite.terminate(agent);
  }
}

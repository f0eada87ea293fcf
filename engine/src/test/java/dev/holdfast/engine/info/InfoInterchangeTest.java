package dev.holdfast.engine.info;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.ArchiveFixture;
import dev.holdfast.engine.annotate.Annotate;
import dev.holdfast.engine.lock.StanzaLocks;
import dev.holdfast.repository.Repository;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPgBackRest;
import dev.holdfast.testkit.TestPostgres;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our info against pgBackRest's own on a repository with real backups, text for text. */
class InfoInterchangeTest {
  private static TestDirectory clusterDirectory;
  private static TestPostgres postgres;
  private static ArchiveFixture fixture;
  private static String full;
  private static String diff;

  @BeforeAll
  static void backUp() {
    clusterDirectory = TestDirectory.create();
    postgres =
        TestPostgres.startIn(
            clusterDirectory, TestPostgres.system(), TestClusterOptions.defaults());
    fixture = new ArchiveFixture(postgres);
    fixture.addRepository(false);
    fixture.addRepository(true);
    Path space = clusterDirectory.directory("space");
    postgres.sql("create tablespace ts location '" + space + "'");
    postgres.sql("create database \"two words\" tablespace ts");
    TestPgBackRest program = fixture.pgBackRest();
    postgres.archiveCommand(program.archiveCommand("main"));
    program.expect("--stanza=main", "stanza-create");
    program.expect("--stanza=main", "--repo=1", "--type=full", "backup");
    postgres.load(100);
    program.expect("--stanza=main", "--repo=1", "--type=diff", "backup");
    postgres.load(100);
    program.expect("--stanza=main", "--repo=1", "--type=incr", "backup");
    List<String> labels =
        report(null, Optional.empty(), true).stanzas().getFirst().backups().stream()
            .map(backup -> backup.label().text())
            .toList();
    full = labels.getFirst();
    diff = labels.get(1);
  }

  @AfterAll
  static void stop() {
    postgres.close();
    fixture.close();
    clusterDirectory.close();
  }

  private static InfoReport report(
      Repository only, Optional<BackupLabel> set, boolean whole, StanzaName... stanza) {
    return new InfoCollector(
            new InfoRequest(
                stanza.length == 0 ? Optional.empty() : Optional.of(stanza[0]),
                only == null ? fixture.repositories() : List.of(only),
                set,
                Optional.empty(),
                whole),
            new StanzaLocks(fixture.resolve("pgbackrest-lock"), "1-00000000", 1))
        .collect();
  }

  /** What 2.45 does not know is left out. */
  private static String known(String json) {
    return json.replace(",\"restore\":{\"held\":false}", "");
  }

  private static String text(InfoReport report) {
    return InfoText.render(report, ZoneId.systemDefault());
  }

  @Test
  void jsonIsThatOfPgBackRestFieldByField() {
    assertThat(known(InfoJson.render(report(null, Optional.empty(), true))))
        .isEqualTo(fixture.pgBackRest().expect("info", "--output=json").strip());
  }

  @Test
  void textIsThatOfPgBackRestLineByLine() {
    assertThat(text(report(null, Optional.empty(), true)).lines().map(InfoInterchangeTest::older))
        .containsExactlyElementsOf(
            fixture.pgBackRest().expect("info").lines().map(InfoInterchangeTest::older).toList());
  }

  /** 2.45 lists references and shows times without their offset. */
  private static String older(String line) {
    String plain = line.replaceAll("[+-]\\d\\d(:\\d\\d)?(?= /|$)", "");
    return plain.contains("backup reference") ? "references" : plain;
  }

  @Test
  void showsOneBackupInDetail() {
    Optional<BackupLabel> set = Optional.of(new BackupLabel(diff));
    String[] theirs = {"--stanza=main", "--repo=1", "--set=" + diff, "info"};
    InfoReport ours = report(fixture.repository(1), set, true, ArchiveFixture.STANZA);

    assertThat(text(ours).lines().map(InfoInterchangeTest::older))
        .containsExactlyElementsOf(
            fixture.pgBackRest().expect(theirs).lines().map(InfoInterchangeTest::older).toList());
    assertThat(known(InfoJson.render(ours)))
        .contains("\"database-ref\":[{\"name\":\"postgres\"", "\"name\":\"two words\"")
        .contains("\"tablespace\":[{\"destination\":")
        .contains("\"link\":null");
  }

  @Test
  void showsNotesThatEitherProgramMade() {
    new Annotate(ArchiveFixture.STANZA, List.of(fixture.repository(1)), fixture.reporter)
        .run(new BackupLabel(full), Map.of("who", "me", "why", "a \"test\""));
    fixture
        .pgBackRest()
        .expect("--stanza=main", "--set=" + full, "--annotation=where=there", "annotate");

    assertThat(known(InfoJson.render(report(null, Optional.empty(), true))))
        .contains("\"annotation\":{\"where\":\"there\",\"who\":\"me\",\"why\":\"a \\\"test\\\"\"}")
        .isEqualTo(fixture.pgBackRest().expect("info", "--output=json").strip());
    new Annotate(ArchiveFixture.STANZA, fixture.repositories(), fixture.reporter)
        .run(new BackupLabel(full), Map.of("who", "", "why", "", "where", ""));
    assertThat(InfoJson.render(report(null, Optional.empty(), true))).doesNotContain("annotation");
    assertThat(fixture.pgBackRest().run("--stanza=main", "check").exit()).isZero();
  }

  @Test
  void anUnknownStanzaHasAStatusOfItsOwn() {
    InfoReport ours = report(null, Optional.empty(), true, new StanzaName("nobody"));

    assertThat(known(InfoJson.render(ours)))
        .isEqualTo(fixture.pgBackRest().expect("--stanza=nobody", "info", "--output=json").strip());
    assertThat(text(ours)).isEqualTo(fixture.pgBackRest().expect("--stanza=nobody", "info"));
  }

  @Test
  void anUnknownSetHasAStatusOfItsOwn() {
    BackupLabel label = new BackupLabel("20200101-000000F");
    InfoReport ours = report(null, Optional.of(label), true, ArchiveFixture.STANZA);

    assertThat(text(ours))
        .isEqualTo(fixture.pgBackRest().expect("--stanza=main", "--set=20200101-000000F", "info"));
  }

  @Test
  void narrowsToOneTypeOfBackup() {
    InfoReport incr =
        new InfoCollector(
                new InfoRequest(
                    Optional.empty(),
                    fixture.repositories(),
                    Optional.empty(),
                    Optional.of(BackupType.INCR),
                    true),
                new StanzaLocks(fixture.resolve("pgbackrest-lock"), "1-00000000", 1))
            .collect();

    assertThat(incr.stanzas().getFirst().backups()).hasSize(1);
  }
}

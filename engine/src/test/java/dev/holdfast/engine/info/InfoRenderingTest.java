package dev.holdfast.engine.info;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.engine.info.InfoReport.Activity;
import dev.holdfast.engine.info.InfoReport.RepositoryState;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What 2.45 cannot be compared with: the newer fields, progress, and repositories that differ. */
class InfoRenderingTest {
  private static final ZoneId INDIA = ZoneId.of("Asia/Kolkata");
  private static final InfoReport.Cluster CLUSTER =
      new InfoReport.Cluster(SystemIdentifier.parse("18446744073709551615"), PgVersion.parse("15"));

  private static InfoReport.Backup blockIncremental() {
    BackupLabel full = new BackupLabel("20261121-033355F");
    BackupLabel diff = new BackupLabel("20261121-033355F_20261121-043355D");
    return new InfoReport.Backup(
        new BackupLabel("20261121-033355F_20261121-053355I"),
        BackupType.INCR,
        1,
        1,
        Optional.of(diff),
        List.of(full, diff),
        Optional.of("000000010000000000000002"),
        Optional.of("000000010000000000000003"),
        Optional.of("0/2000028"),
        Optional.of("0/3000050"),
        5,
        "2.59.1",
        new InfoReport.Sizes(
            3 << 20, 8192, OptionalLong.empty(), 900, Optional.of(50L), Optional.of(10L)),
        1795239235L,
        1795239236L,
        Optional.of(true),
        Map.of(),
        Optional.empty());
  }

  private static InfoReport report(
      StanzaStatus status, Activity restore, RepositoryState... repositories) {
    return new InfoReport(
        true,
        List.of(
            new InfoReport.Stanza(
                "main",
                status,
                Optional.of(CLUSTER),
                List.of(repositories),
                List.of(new InfoReport.KnownCluster(1, 1, CLUSTER)),
                List.of(new InfoReport.Archive("15-1", 1, 1, Optional.empty(), Optional.empty())),
                List.of(blockIncremental()),
                restore)),
        Optional.empty());
  }

  private static RepositoryState repository(
      int key, StanzaStatus status, String error, Activity backup) {
    return new RepositoryState(key, key == 1 ? "none" : "aes-256-cbc", status, error, backup);
  }

  @Test
  void showsABlockIncrementalBackup() {
    InfoReport report =
        report(StanzaStatus.OK, Activity.NONE, repository(1, StanzaStatus.OK, "", Activity.NONE));

    assertThat(InfoText.render(report, INDIA))
        .isEqualTo(
            """
            stanza: main
                status: ok
                cipher: none

                db (current)
                    wal archive min/max (15): none present

                    incr backup: 20261121-033355F_20261121-053355I
                        timestamp start/stop: 2026-11-21 11:03:55+05:30 / 2026-11-21 11:03:56+05:30
                        wal start/stop: 000000010000000000000002 / 000000010000000000000003
                        database size: 3MB, database backup size: 8KB
                        repo1: backup size: 900B
                        backup reference total: 1 full, 1 diff
                        error(s) detected during backup
            """);
    assertThat(InfoJson.render(report))
        .contains("\"repository\":{\"delta\":900,\"delta-map\":10,\"size-map\":50}")
        .contains("\"system-id\":18446744073709551615")
        .contains("\"max\":null,\"min\":null")
        .contains("\"error\":true");
  }

  @Test
  void showsWhatIsRunningAndHowFarItIs() {
    InfoReport report =
        report(
            StanzaStatus.OK,
            new Activity(true, 200, 50),
            repository(1, StanzaStatus.OK, "", new Activity(true, 1000, 455)),
            repository(2, StanzaStatus.OK, "", new Activity(true, 1000, 545)));

    assertThat(InfoText.render(report, INDIA))
        .contains(
            """
                status: ok (backup/expire running - 50.00% complete, restore running - 25.00% complete)
                    repo1 backup: 45.50% complete
                    repo2 backup: 54.50% complete
                cipher: mixed
                    repo1: none
                    repo2: aes-256-cbc
            """
                .indent(0));
    assertThat(InfoJson.render(report))
        .contains(
            "\"status\":{\"code\":0,\"lock\":{\"backup\":{\"held\":true,\"repo\":["
                + "{\"key\":1,\"size\":1000,\"size-cplt\":455},"
                + "{\"key\":2,\"size\":1000,\"size-cplt\":545}],\"size\":2000,\"size-cplt\":1000},"
                + "\"restore\":{\"held\":true,\"size\":200,\"size-cplt\":50}},\"message\":\"ok\"}");
  }

  @Test
  void showsEachRepositoryWhereTheyDiffer() {
    InfoReport report =
        report(
            StanzaStatus.MIXED,
            Activity.NONE,
            repository(1, StanzaStatus.OK, "", Activity.NONE),
            repository(
                2, StanzaStatus.OTHER, "[CryptoError] no\nHINT: another one?", Activity.NONE));

    assertThat(InfoText.render(report, INDIA))
        .startsWith(
            """
            stanza: main
                status: mixed
                    repo1: ok
                    repo2: error (other)
                           [CryptoError] no
                           HINT: another one?
                cipher: mixed
            """);
  }

  @Test
  void saysThatThereIsNothing() {
    InfoReport nothing = new InfoReport(true, List.of(), Optional.empty());

    assertThat(InfoText.render(nothing, INDIA)).isEqualTo("No stanzas exist in the repository.\n");
    assertThat(InfoJson.render(nothing)).isEqualTo("[]");
  }
}

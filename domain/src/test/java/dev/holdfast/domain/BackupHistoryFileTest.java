package dev.holdfast.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BackupHistoryFileTest {
  private static final String NAME = "000000010000000000000005.00000028.backup";

  /** As PostgreSQL 15 wrote it, the second STOP line of a backup that ended in another segment. */
  private static final String TEXT =
      """
      START WAL LOCATION: 0/5000028 (file 000000010000000000000005)
      STOP WAL LOCATION: 0/6000050 (file 000000010000000000000006)
      CHECKPOINT LOCATION: 0/5000060
      BACKUP METHOD: streamed
      BACKUP FROM: primary
      START TIME: 2026-11-21 10:00:00 UTC
      LABEL: a label: with a colon
      START TIMELINE: 1
      STOP TIME: 2026-11-21 10:00:09 UTC
      STOP TIMELINE: 1
      """;

  @Test
  void readsWherePostgresStartedAndStoppedABackup() {
    BackupHistoryFile file = BackupHistoryFile.parse(NAME, TEXT);
    assertThat(file.start()).isEqualTo(Lsn.parse("0/5000028"));
    assertThat(file.stop()).isEqualTo(Lsn.parse("0/6000050"));
  }

  @Test
  void refusesEveryTextThatIsCutOff() {
    for (int length = 0; length < TEXT.length(); length++) {
      String cut = TEXT.substring(0, length);
      assertThatThrownBy(() -> BackupHistoryFile.parse(NAME, cut))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining(NAME);
    }
  }

  @Test
  void refusesATextThatIsNotWhatItsNameSays() {
    for (String name :
        new String[] {
          "000000010000000000000006.00000028.backup",
          "000000010000000000000005.00000030.backup",
          "000000010000000000000005.backup"
        }) {
      assertThatThrownBy(() -> BackupHistoryFile.parse(name, TEXT))
          .isInstanceOf(HoldfastException.class);
    }
  }

  @Test
  void refusesALineThatPostgresDoesNotWrite() {
    for (String text :
        new String[] {
          TEXT.replace("START TIMELINE", "START TIMEMINE"),
          TEXT.replace("START TIME: 2026", "START TIME: 2O26"),
          TEXT.replace("0/6000050", "0/60G0050"),
          TEXT + "ZZ\n"
        }) {
      assertThatThrownBy(() -> BackupHistoryFile.parse(NAME, text))
          .isInstanceOf(HoldfastException.class);
    }
  }
}

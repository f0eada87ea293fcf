package dev.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import dev.holdfast.testkit.ManualTime;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class LabelChoiceTest {
  private static final StanzaName STANZA = new StanzaName("main");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final MemoryStorage storage = new MemoryStorage();
  // The wait for the next second is over at once.
  private final ManualTime time = new ManualTime(Instant.parse("2026-06-01T10:00:02Z"));

  private String full(String instant) {
    return choose(BackupType.FULL, null, instant);
  }

  private String choose(BackupType type, String prior, String instant) {
    return new LabelChoice(storage, STANZA, time.withZone(BERLIN))
        .choose(
            type,
            prior == null ? null : new BackupLabel(prior),
            Instant.parse(instant).getEpochSecond())
        .text();
  }

  private void exists(String path) {
    try (StorageOutput output = storage.write("backup/main/" + path)) {
      output.commit();
    }
  }

  private void refuses(BackupType type, String prior, String instant) {
    assertThatThrownBy(() -> choose(type, prior, instant))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOCK));
  }

  @Test
  void isTheLocalTime() {
    assertThat(full("2026-06-01T10:00:00Z")).isEqualTo("20260601-120000F");
    assertThat(full("2026-12-01T23:30:00Z")).isEqualTo("20261202-003000F");
  }

  @Test
  void dependantsBearTheNameOfTheirFullBackup() {
    assertThat(choose(BackupType.DIFF, "20260531-120000F", "2026-06-01T10:00:00Z"))
        .isEqualTo("20260531-120000F_20260601-120000D");
    assertThat(choose(BackupType.INCR, "20260531-120000F_20260601-110000D", "2026-06-01T10:00:00Z"))
        .isEqualTo("20260531-120000F_20260601-120000I");
  }

  @Test
  void takesTheNextSecondOnceWhenThisOneIsTaken() {
    exists("20260601-120000F/backup.manifest");
    assertThat(full("2026-06-01T10:00:00Z")).isEqualTo("20260601-120001F");
    exists("20260601-120001F/backup.manifest");
    refuses(BackupType.FULL, null, "2026-06-01T10:00:00Z");
  }

  @Test
  void isLaterThanTheHistoryToo() {
    exists("backup.history/2026/20260601-130000F.manifest.gz");
    refuses(BackupType.FULL, null, "2026-06-01T10:00:00Z");
    assertThat(full("2026-06-01T11:00:01Z")).isEqualTo("20260601-130001F");
  }

  @Test
  void isLaterThanEveryDependantOfTheSameFullBackup() {
    exists("20260531-120000F/backup.manifest");
    exists("20260531-120000F_20260601-130000I/backup.manifest");
    refuses(BackupType.DIFF, "20260531-120000F", "2026-06-01T10:00:00Z");
  }

  @Test
  void theHourThatSummerTimeEndsGivesTwiceIsRefused() {
    // 02:30 for the first time, and an hour later for the second.
    exists("20261025-023000F/backup.manifest");
    refuses(BackupType.FULL, null, "2026-10-25T01:20:00Z");
    assertThat(full("2026-10-25T01:30:01Z")).isEqualTo("20261025-023001F");
  }
}

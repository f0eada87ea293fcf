package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class LogLineTest {
  private static final Instant TIME = Instant.parse("2026-11-21T03:33:55.007Z");
  private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

  @Test
  void laysOutALineAsPgBackRestDoes() {
    assertThat(LogLine.full(TIME, ZONE, true, 0, "INFO", "backup command begin 0.1.0: --stanza=a"))
        .isEqualTo("2026-11-21 04:33:55.007 P00   INFO: backup command begin 0.1.0: --stanza=a\n");
  }

  @Test
  void leavesOutTheTimeWhenAskedTo() {
    assertThat(LogLine.full(TIME, ZONE, false, 12, "DETAIL", "x")).isEqualTo("P12 DETAIL: x\n");
  }

  @Test
  void indentsLaterLinesOfAMessage() {
    assertThat(LogLine.full(TIME, ZONE, false, 1, "WARN", "one\nHINT: two"))
        .isEqualTo("P01   WARN: one\n            HINT: two\n");
  }

  @Test
  void beginsALineOfStandardErrorWithItsLevel() {
    assertThat(LogLine.brief("WARN", "one\ntwo")).isEqualTo("WARN: one\n      two\n");
  }
}

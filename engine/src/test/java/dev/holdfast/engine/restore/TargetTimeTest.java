package dev.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class TargetTimeTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void readsLocalTimeWhereNoZoneIsNamed() {
    assertThat(TargetTime.parse("2026-07-01 12:00:00", BERLIN))
        .isEqualTo(Instant.parse("2026-07-01T10:00:00Z"));
    assertThat(TargetTime.parse("2026-11-21 12:00:00.5", BERLIN))
        .isEqualTo(Instant.parse("2026-11-21T11:00:00.5Z"));
  }

  @Test
  void readsEveryFormOfZone() {
    Instant expected = Instant.parse("2026-11-21T10:30:00Z");
    assertThat(TargetTime.parse("2026-11-21 12:30:00+02", BERLIN)).isEqualTo(expected);
    assertThat(TargetTime.parse("2026-11-21 12:30:00+0200", BERLIN)).isEqualTo(expected);
    assertThat(TargetTime.parse("2026-11-21 12:30:00 +02:00", BERLIN)).isEqualTo(expected);
    assertThat(TargetTime.parse("2026-11-21 09:00:00-01:30", BERLIN)).isEqualTo(expected);
    assertThat(TargetTime.parse("2026-11-21 10:30:00Z", BERLIN)).isEqualTo(expected);
  }

  @Test
  void refusesWhatItCannotRead() {
    for (String text : new String[] {"yesterday", "2026-13-01 00:00:00", "2026-11-21", ""}) {
      assertThatThrownBy(() -> TargetTime.parse(text, BERLIN))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("'" + text + "'");
    }
  }
}

package dev.holdfast.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much slots may keep; with a server it is tried where slots are kept in order. */
class SlotBoundTest {
  @Test
  void isAQuarterOfTheDiskAtMost() {
    assertThat(SlotBound.share(40L << 30)).isEqualTo(10L << 30);
    assertThat(SlotBound.share(0)).isEqualTo(Long.MAX_VALUE);
  }
}

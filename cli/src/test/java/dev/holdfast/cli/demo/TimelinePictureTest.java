package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimelinePictureTest {

  @Test
  void drawsTheRecoveredClusterFromTheMomentOn() {
    TimelinePicture picture =
        new TimelinePicture(
            new Palette(false, true), "shop: no orders", "recovered: 215,000 orders");
    assertThat(picture.lines())
        .containsExactly(
            "   full         incremental    moment  DROP TABLE",
            "    ●━━━━━━━━━━━━━●━━━━━━━━━━━━━━━◆━━━━━━━━✖━━━━━━━▶ shop: no orders",
            "    └┄┄┄┄┄┄┄┄┄┄┄┄┄┴┄┄┄┄┄ WAL ┄┄┄┄┄┴━━━━━━━━━━━━━━━━▶ recovered: 215,000 orders");
  }

  @Test
  void drawsWithAscii() {
    TimelinePicture picture =
        new TimelinePicture(new Palette(false, false), "shop", "recovered: 1 order");
    assertThat(picture.lines()).allMatch(line -> line.chars().allMatch(c -> c < 128));
    assertThat(picture.lines()).allMatch(line -> line.length() <= 80);
  }
}

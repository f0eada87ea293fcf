package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PaletteTest {

  @Test
  void coloursATerminal() {
    assertThat(Palette.of(Map.of("TERM", "xterm"), true).bad("x"))
        .isEqualTo("\u001b[31mx\u001b[0m");
  }

  @Test
  void leavesColourOutWhereNobodyWantsIt() {
    assertThat(Palette.of(Map.of("TERM", "xterm"), false).colour()).isFalse();
    assertThat(Palette.of(Map.of("TERM", "dumb"), true).colour()).isFalse();
    assertThat(Palette.of(Map.of("TERM", "xterm", "NO_COLOR", "1"), true).colour()).isFalse();
  }

  @Test
  void drawsWithAsciiWhereTheLocaleHasNothingElse() {
    assertThat(Palette.of(Map.of("LANG", "C.UTF-8"), true).unicode()).isTrue();
    assertThat(Palette.of(Map.of("LANG", "de_DE.utf8"), true).unicode()).isTrue();
    assertThat(Palette.of(Map.of("LANG", "C"), true).unicode()).isFalse();
    assertThat(Palette.of(Map.of("LC_ALL", "C", "LANG", "C.UTF-8"), true).unicode()).isFalse();
  }
}

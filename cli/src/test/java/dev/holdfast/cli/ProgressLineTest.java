package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.Reporter.Progress;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MIB = 1024 * 1024;

  @Test
  void showsPartBytesRateAndTimeLeft() {
    ProgressLine line = new ProgressLine();
    line.text(new Progress("backup", 0, 4096 * MIB), 0);
    assertThat(line.text(new Progress("backup", 512 * MIB, 4096 * MIB), SECOND))
        .isEqualTo("backup   12%   0.5 of 4.0 GiB   512 MiB/s   0:07 left");
  }

  @Test
  void showsNoRateBeforeItWasMeasured() {
    assertThat(new ProgressLine().text(new Progress("restore", 10, 1000), 0))
        .isEqualTo("restore    1%   10 of 1000 B");
  }

  @Test
  void showsBytesAloneWhileTheTotalIsUnknown() {
    assertThat(new ProgressLine().text(new Progress("verify", 3 * MIB, 0), 0))
        .isEqualTo("verify   3.0 MiB");
  }

  @Test
  void beginsAgainWithAnotherActivity() {
    ProgressLine line = new ProgressLine();
    line.text(new Progress("backup", 0, 100 * MIB), 0);
    line.text(new Progress("backup", 100 * MIB, 100 * MIB), SECOND);
    assertThat(line.text(new Progress("expire", 0, MIB), 2 * SECOND))
        .isEqualTo("expire    0%   0.0 of 1.0 MiB");
  }

  @Test
  void staysBelowEightyColumnsForPetabytes() {
    ProgressLine line = new ProgressLine();
    line.text(new Progress("restore", 0, Long.MAX_VALUE), 0);
    assertThat(line.text(new Progress("restore", 1024 * MIB, Long.MAX_VALUE), SECOND))
        .hasSizeLessThan(80);
  }
}

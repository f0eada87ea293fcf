package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.Reporter.Level;
import dev.holdfast.engine.Reporter.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleReporterTest {
  private static final int WARN = Level.WARN.ordinal();
  private static final int INFO = Level.INFO.ordinal();

  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private ConsoleReporter reporter(
      LogLevels levels, boolean terminal, String prefix, LogFile file) {
    Surroundings surroundings =
        new Surroundings(
            InputStream.nullInputStream(),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            Clock.fixed(Instant.parse("2026-11-21T03:33:55Z"), ZoneOffset.UTC),
            Map.of(),
            false,
            terminal,
            "holdfast");
    return new ConsoleReporter(
        surroundings, levels, surroundings.out(), terminal, false, prefix, file);
  }

  private LogFile openFile(Path path) {
    LogFile file = new LogFile(path);
    file.open();
    return file;
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void showsALineOnStandardErrorInsteadOfStandardOutput() {
    LogFile file = openFile(directory.resolve("a.log"));
    ConsoleReporter reporter = reporter(new LogLevels(INFO, WARN, LogLevels.OFF), false, "", file);
    reporter.warn("one");
    reporter.info("two");
    reporter.detail("three");
    assertThat(err()).isEqualTo("WARN: one\n");
    assertThat(out()).isEqualTo("P00   INFO: two\n");
  }

  @Test
  void showsErrorsOnStandardErrorWhateverTheLevels() {
    LogFile file = openFile(directory.resolve("a.log"));
    LogLevels off = new LogLevels(LogLevels.OFF, LogLevels.OFF, LogLevels.OFF);
    reporter(off, false, "", file).error("[055]: no file\nHINT: look");
    assertThat(err()).isEqualTo("ERROR: [055]: no file\nHINT: look\n");
    assertThat(out()).isEmpty();
  }

  @Test
  void beginsEachRunInTheLogFileWithABanner() throws IOException {
    Path path = directory.resolve("logs/main-backup.log");
    LogLevels levels = new LogLevels(LogLevels.OFF, LogLevels.OFF, INFO);
    for (int run = 0; run < 2; run++) {
      ConsoleReporter reporter = reporter(levels, false, "[DRY-RUN] ", openFile(path));
      reporter.info("one");
      reporter.info("two");
    }
    String run =
        "-------------------PROCESS START-------------------\n"
            + "P00   INFO: [DRY-RUN] one\nP00   INFO: [DRY-RUN] two\n";
    assertThat(Files.readString(path)).isEqualTo(run + "\n" + run);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void saysWhyItHasNoLogFile() {
    LogFile file = new LogFile(Path.of("/proc/nowhere/main-backup.log"));
    assertThat(file.open()).isFalse();
    assertThat(file.problem())
        .startsWith("unable to open log file '/proc/nowhere/main-backup.log'");
  }

  @Test
  void takesTheProgressAwayBeforeALine() {
    LogFile file = openFile(directory.resolve("a.log"));
    ConsoleReporter reporter = reporter(new LogLevels(INFO, WARN, LogLevels.OFF), true, "", file);
    reporter.progress(new Progress("backup", 1, 100));
    reporter.warn("one");
    reporter.close();
    assertThat(err()).isEqualTo("\r\u001b[Kbackup    1%   1 of 100 B\r\u001b[KWARN: one\n");
  }

  @Test
  void showsNoProgressWhereNobodyWatches() {
    LogFile file = openFile(directory.resolve("a.log"));
    ConsoleReporter reporter = reporter(new LogLevels(INFO, WARN, LogLevels.OFF), false, "", file);
    reporter.progress(new Progress("backup", 1, 100));
    assertThat(err()).isEmpty();
    assertThat(out()).isEmpty();
  }
}

package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.Main;
import dev.holdfast.cli.local.LeftProcesses;
import dev.holdfast.domain.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration as a user sees it, in a process of its own. */
class DemoTest {
  private static final Pattern DIRECTORY = Pattern.compile("/tmp/holdfast-demo-[0-9a-f]+");
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(20);

  @TempDir Path directory;

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "demo");
    builder.environment().put("LC_ALL", "C.UTF-8");
    return builder
        .redirectOutput(directory.resolve("out").toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  private String said() throws IOException {
    return Files.readString(directory.resolve("out"), StandardCharsets.UTF_8);
  }

  private void awaitEnd(Process process) throws InterruptedException {
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroy();
    }
  }

  private void assertThatNothingIsLeft() throws IOException {
    Matcher place = DIRECTORY.matcher(said());
    assertThat(place.find()).isTrue();
    assertThat(Path.of(place.group())).doesNotExist();
    assertThat(LeftProcesses.of(Path.of(place.group()))).isEmpty();
  }

  @Test
  void losesNoRowAndBringsRowsBackAndLeavesNothing() throws IOException, InterruptedException {
    Process process = start();
    awaitEnd(process);
    String said = said();
    assertThat(Files.readString(directory.resolve("err"))).isEmpty();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("No row is lost").contains("secondary/standby of n2");
    assertThat(said).contains("Every row is back").contains("recovered: 215,000 orders");
    assertThat(said.lines()).allMatch(line -> line.length() <= 80);
    assertThat(said).doesNotContain("\u001b");
    assertThatNothingIsLeft();
  }

  @Test
  void leavesNothingWhenItIsInterrupted() throws IOException, InterruptedException {
    Process process = start();
    try {
      long end = System.nanoTime() + PATIENCE.toNanos();
      // The client writes, and the primary is about to be killed, or is dead.
      while (!said().contains("kill -9")) {
        assertThat(System.nanoTime() - end).as(said()).isNegative();
        assertThat(process.isAlive()).as(said()).isTrue();
        LockSupport.parkNanos(POLL.toNanos());
      }
      process.destroy();
    } finally {
      awaitEnd(process);
    }
    assertThat(process.exitValue()).as(said()).isEqualTo(ErrorCode.TERM.number());
    assertThatNothingIsLeft();
  }
}

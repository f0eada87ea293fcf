package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration as a user sees it, in a process of its own. */
class DemoTest {
  private static final Pattern DIRECTORY = Pattern.compile("/tmp/holdfast-demo-[0-9a-f]+");

  @TempDir Path directory;

  @Test
  void bringsTheRowsBackAndLeavesNothing() throws IOException, InterruptedException {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "demo");
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroy();
    }
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(Files.readString(err)).isEmpty();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("Every row is back").contains("recovered: 215,000 orders");
    assertThat(said.lines()).allMatch(line -> line.length() <= 80);
    assertThat(said).doesNotContain("\u001b");
    Matcher place = DIRECTORY.matcher(said);
    assertThat(place.find()).isTrue();
    assertThat(Path.of(place.group())).doesNotExist();
  }
}

package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ConfigurationFiles;
import dev.holdfast.config.ConfigurationLoader;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(boolean terminated, String... arguments) {
    Surroundings surroundings =
        new Surroundings(
            InputStream.nullInputStream(),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            Clock.fixed(Instant.parse("2026-11-21T03:33:55Z"), ZoneOffset.UTC),
            Map.of(),
            false,
            false,
            "holdfast");
    ConfigurationLoader loader = new ConfigurationLoader(Map.of(), ConfigurationFiles.ofHost());
    return new Program(surroundings, loader, () -> terminated).run(List.of(arguments));
  }

  @Test
  void printsTheVersion() {
    assertThat(run(false, "version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("Holdfast " + Version.text() + "\n");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void namesAnUnknownVerbAndTheNearestOne() {
    assertThat(run(false, "bakcup")).isEqualTo(48);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("ERROR: [048]: 'bakcup' is not a verb\nHINT: ")
        .contains("'backup'");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void namesAnUnknownOptionAndTheNearestOne() {
    assertThat(run(false, "backup", "--stanza=main", "--proces-max=2")).isEqualTo(31);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("ERROR: [031]: ")
        .contains("proces-max")
        .contains("process-max");
  }

  @Test
  void exitsAsTerminatedWhateverTheVerbThrewWhenASignalArrived() {
    assertThat(run(true, "bakcup")).isEqualTo(63);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("ERROR: [063]: terminated by a signal\n");
  }

  @Test
  void turnsAVersionIntoAComparableNumber() {
    assertThat(VersionVerb.numeric("2.59.1")).isEqualTo("2059001");
    assertThat(VersionVerb.numeric("0.1.0")).isEqualTo("1000");
  }
}

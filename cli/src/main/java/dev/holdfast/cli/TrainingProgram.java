package dev.holdfast.cli;

import dev.holdfast.config.ConfigurationFiles;
import dev.holdfast.config.ConfigurationLoader;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** The program, as the training runs it: in this process, and nobody reads what it says. */
final class TrainingProgram {
  private TrainingProgram() {}

  /** Runs a verb to its end; its exit code, for the log of the build: early ends teach little. */
  static int run(String... arguments) {
    Surroundings surroundings =
        new Surroundings(
            InputStream.nullInputStream(),
            silence(),
            silence(),
            Clock.systemDefaultZone(),
            Map.of(),
            false,
            false,
            "holdfast");
    ConfigurationLoader loader =
        new ConfigurationLoader(Map.of("PGBACKREST_PROCESS_MAX", "2"), ConfigurationFiles.ofHost());
    int exitCode = new Program(surroundings, loader, () -> false).run(List.of(arguments));
    System.out.println("training: " + exitCode + " from " + String.join(" ", arguments));
    return exitCode;
  }

  private static PrintStream silence() {
    return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }
}

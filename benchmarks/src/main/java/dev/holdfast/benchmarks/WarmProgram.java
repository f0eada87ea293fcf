package dev.holdfast.benchmarks;

import dev.holdfast.cli.Program;
import dev.holdfast.cli.Surroundings;
import dev.holdfast.config.ConfigurationLoader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Runs one verb after the other in one process, as a daemon would: the arguments of each are a line
 * of standard input. Answers each with a line of its exit code and the seconds it took, so that a
 * script can take turns with another program.
 */
final class WarmProgram {
  private static final double NANOS = 1e9;

  private WarmProgram() {}

  public static void main(String[] arguments) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Program program =
          new Program(Surroundings.ofProcess(), ConfigurationLoader.ofProcess(), () -> false);
      long begin = System.nanoTime();
      int code = program.run(List.of(line.split(" ")));
      System.out.printf("%d %.3f%n", code, (System.nanoTime() - begin) / NANOS);
    }
  }
}

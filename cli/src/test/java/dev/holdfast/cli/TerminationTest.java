package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TerminationTest {

  /** A program whose verb waits for ever, and puts things in order when it is interrupted. */
  static final class Waiting {
    private Waiting() {}

    public static void main(String[] arguments) {
      Termination termination = Termination.watch();
      System.out.println("waiting");
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        System.out.println("in order: " + termination.requested());
        System.out.flush();
      }
      termination.ended(63);
    }
  }

  @Test
  void letsTheVerbPutThingsInOrderAndExitsWithTermOnASignal()
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Waiting.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(lines.readLine()).isEqualTo("waiting");
      // Not destroy() of the process itself, which would close the stream that is read.
      process.toHandle().destroy();
      assertThat(lines.readLine()).isEqualTo("in order: true");
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(63);
    } finally {
      process.destroyForcibly();
    }
  }
}

package dev.holdfast.cli.cluster;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program that gets the event on its standard input, and the cluster's name as its argument. It
 * has taken the event when it exits with 0; what it prints is not kept.
 */
final class ProgramHook implements EventHook {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Path program;

  ProgramHook(Path program) {
    this.program = program;
  }

  @Override
  public String name() {
    return program.toString();
  }

  @Override
  public void tell(String cluster, byte[] json) {
    Process process;
    try {
      process =
          new ProcessBuilder(program.toString(), cluster)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw failed("cannot be started: " + e.getMessage(), e);
    }
    try {
      // An event is shorter than a pipe, so a program that does not read does not block this.
      try (OutputStream in = process.getOutputStream()) {
        in.write(json);
      } catch (IOException e) {
        // A program that knows enough need not read; how it exits is what counts.
      }
      if (!process.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failed("does not end within " + LONGEST.toSeconds() + " s", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw failed("exited with " + process.exitValue(), null);
    }
  }

  private HoldfastException failed(String how, @Nullable Throwable cause) {
    return new HoldfastException(
        ErrorCode.EXECUTE, "the event hook '" + program + "' " + how, cause);
  }
}

package dev.holdfast.codec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs a program of the system on bytes, for comparison with ours. */
public final class Program {
  private Program() {}

  /** Standard output for this standard input; fails when the program does. */
  public static byte[] run(byte[] input, String... command) throws IOException {
    Path in = Files.createTempFile("program", ".in");
    Path out = Files.createTempFile("program", ".out");
    Path err = Files.createTempFile("program", ".err");
    try {
      Files.write(in, input);
      Process process =
          new ProcessBuilder(command)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", command) + " did not end");
      }
      if (process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + Files.readString(err));
      }
      return Files.readAllBytes(out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.delete(in);
      Files.delete(out);
      Files.delete(err);
    }
  }
}

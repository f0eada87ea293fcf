package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs another program to its end and gives what it said. */
public final class ExternalProgram {
  private ExternalProgram() {}

  /**
   * How a program ended.
   *
   * @param exit its exit status
   * @param out what it wrote to standard output
   * @param err what it wrote to standard error
   */
  public record Result(int exit, String out, String err) {
    /** Whether it ended with status 0. */
    public boolean succeeded() {
      return exit == 0;
    }

    /**
     * This result, when the program succeeded.
     *
     * @param what what was tried, for the message
     * @throws HoldfastException execute (102) with the end of what the program wrote
     */
    public Result orThrow(String what) {
      if (exit == 0) {
        return this;
      }
      String said = (err.isBlank() ? out : err).strip();
      throw new HoldfastException(
          ErrorCode.EXECUTE, "unable to " + what + ": exit status " + exit + ": " + said);
    }
  }

  /**
   * Runs a program.
   *
   * @param environment added to this process's own; a null value removes the variable
   * @param timeout after which the program and its children are killed
   * @throws HoldfastException execute (102) when it cannot be started or does not end in time, term
   *     (63) when interrupted
   */
  public static Result run(
      List<String> command, Map<String, @Nullable String> environment, Duration timeout) {
    return run(command, environment, null, timeout);
  }

  /**
   * Runs a program with a file as its standard input.
   *
   * @see #run(List, Map, Duration)
   */
  public static Result run(
      List<String> command,
      Map<String, @Nullable String> environment,
      @Nullable Path input,
      Duration timeout) {
    return await(start(command, environment, input), command.getFirst(), timeout);
  }

  private static Process start(
      List<String> command, Map<String, @Nullable String> environment, @Nullable Path input) {
    ProcessBuilder builder = new ProcessBuilder(command);
    environment.forEach((name, value) -> {
      if (value == null) {
        builder.environment().remove(name);
      } else {
        builder.environment().put(name, value);
      }
    });
    builder.redirectInput(input == null ? Path.of("/dev/null").toFile() : input.toFile());
    // The directory of the caller may be closed to the user that the program runs as.
    builder.directory(Path.of("/").toFile());
    try {
      return builder.start();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.EXECUTE, "unable to run '" + command.getFirst() + "': " + e.getMessage(), e);
    }
  }

  /**
   * Runs a program until it ends or nobody wants it any more: then it and all that it has started
   * are killed, and have ended when this returns. A signal from the terminal does not reach it.
   *
   * @param unwanted whether nobody wants it any more; asked from another thread
   * @throws HoldfastException as {@link #run(List, Map, Duration)}, and term (63) when it was not
   *     wanted any more
   */
  public static Result run(
      List<String> command,
      Map<String, @Nullable String> environment,
      Duration timeout,
      BooleanSupplier unwanted) {
    String name = command.getFirst();
    Process process = start(ProgramGroup.words(command), environment, null);
    try (Abandonment abandonment =
        Abandonment.of("'" + name + "'", unwanted, () -> ProgramGroup.end(process))) {
      // Its output ends when the last of them has.
      Result result = await(process, name, timeout);
      abandonment.check();
      return result;
    }
  }

  private static Result await(Process process, String name, Duration timeout) {
    CompletableFuture<String> out = collect(process.getInputStream());
    CompletableFuture<String> err = collect(process.getErrorStream());
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new HoldfastException(
            ErrorCode.EXECUTE, "'" + name + "' did not end within " + timeout.toSeconds() + " s");
      }
      return new Result(process.exitValue(), text(out, timeout), text(err, timeout));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(
          ErrorCode.TERM, "interrupted while waiting for '" + name + "'", e);
    } finally {
      if (process.isAlive()) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
  }

  /** Both streams are read at the same time: a program blocks when nobody empties its pipe. */
  private static CompletableFuture<String> collect(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (stream) {
            text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
          } catch (IOException e) {
            text.completeExceptionally(e);
          }
        });
    return text;
  }

  private static String text(CompletableFuture<String> future, Duration timeout)
      throws InterruptedException {
    try {
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new HoldfastException(ErrorCode.EXECUTE, "unable to read a program's output", e);
    }
  }
}

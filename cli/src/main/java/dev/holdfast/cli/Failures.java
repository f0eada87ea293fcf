package dev.holdfast.cli;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes of whatever was thrown an error that someone can act on.
 *
 * <p>A defect of ours ends in a file with its stack trace, which only its owner can read; the error
 * names that file. Nobody sees a stack trace who did not ask for it.
 */
final class Failures {
  private final List<Path> directories;
  private final Instant now;

  /**
   * Where to leave stack traces.
   *
   * @param directories the first that can be written is taken
   */
  Failures(List<Path> directories, Instant now) {
    this.directories = List.copyOf(directories);
    this.now = now;
  }

  /** The error to print for what was thrown; its code is the exit code. */
  HoldfastException explain(Throwable thrown) {
    Throwable at = thrown;
    // Work handed to another thread comes back wrapped.
    while (!(at instanceof HoldfastException) && at.getCause() != null && isWrapper(at)) {
      at = at.getCause();
    }
    if (at instanceof HoldfastException known) {
      return known.code().category() == ErrorCode.Category.INTERNAL ? withTrace(known) : known;
    }
    if (at instanceof OutOfMemoryError) {
      return new HoldfastException(
          ErrorCode.MEMORY,
          "out of memory: " + at.getMessage(),
          thrown,
          "give it more, for example with HOLDFAST_JAVA_OPTS=-Xmx1g, or lower process-max.");
    }
    String what = at.getMessage() == null ? "" : ": " + at.getMessage();
    return withTrace(
        new HoldfastException(
            ErrorCode.UNHANDLED,
            "internal error, " + at.getClass().getSimpleName() + what,
            thrown));
  }

  private static boolean isWrapper(Throwable thrown) {
    return thrown instanceof ExecutionException
        || thrown instanceof CompletionException
        || thrown.getClass() == RuntimeException.class;
  }

  private HoldfastException withTrace(HoldfastException error) {
    @Nullable Path file = write(error);
    return new HoldfastException(
        error.code(),
        String.valueOf(error.getMessage()),
        error,
        file == null
            ? "this is a defect of Holdfast, please report it; no directory to leave its stack"
                + " trace in could be written."
            : "this is a defect of Holdfast, please report it with " + file);
  }

  private @Nullable Path write(HoldfastException error) {
    StringWriter text = new StringWriter();
    text.append("Holdfast ").append(Version.text()).append(", Java ");
    text.append(System.getProperty("java.version")).append(", ").append(now.toString());
    text.append("\n\n");
    error.printStackTrace(new PrintWriter(text));
    String name = "holdfast-error-" + now.toEpochMilli() + "-" + ProcessHandle.current().pid();
    for (Path directory : directories) {
      Path file = directory.resolve(name + ".txt");
      try {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(
                Set.copyOf(PosixFilePermissions.fromString("rw-------"))));
        Files.writeString(file, text.toString(), StandardOpenOption.WRITE);
        return file;
      } catch (IOException e) {
        // The next directory may do; the error itself is printed in any case.
        continue;
      }
    }
    return null;
  }
}

package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the WAL file is that PostgreSQL named: {@code %p} is relative to the data directory, which
 * is the working directory of its commands.
 */
public final class WalPath {
  private WalPath() {}

  /**
   * Makes a path absolute.
   *
   * @param parameter what PostgreSQL passed
   * @param pgPath the data directory according to the options
   * @param workingDirectory where the command was started
   * @param verb for the message
   */
  public static Path resolve(
      String parameter, Optional<Path> pgPath, Path workingDirectory, String verb) {
    Path path = Path.of(parameter);
    if (path.isAbsolute()) {
      return path;
    }
    if (pgPath.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "option 'pg1-path' must be specified when relative wal paths are used",
          "is %f passed to " + verb + " instead of %p?",
          "PostgreSQL may pass relative paths even with %p depending on the environment.");
    }
    Path configured = pgPath.get();
    if (!configured.equals(workingDirectory) && !same(configured, workingDirectory)) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "PostgreSQL working directory '"
              + workingDirectory
              + "' is not the same as option pg1-path '"
              + configured
              + "'",
          "is the PostgreSQL data_directory configured the same as the pg1-path option?");
    }
    return configured.resolve(path);
  }

  private static boolean same(Path configured, Path workingDirectory) {
    try {
      return Files.isSameFile(configured, workingDirectory);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_MISSING, "unable to enter directory '" + configured + "'", e);
    }
  }
}

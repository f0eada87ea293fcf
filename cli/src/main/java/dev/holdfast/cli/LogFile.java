package dev.holdfast.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The log file of a verb, {@code <log-path>/<stanza>-<verb>.log}, appended to. Each run begins with
 * a banner, before its first line. A log that cannot be opened or written is told once and then
 * left alone: a backup does not fail for its log.
 */
final class LogFile {
  private static final String BANNER = "-------------------PROCESS START-------------------\n";

  private final Path path;
  // A stream, because a channel would close itself when a signal interrupts the verb.
  private @Nullable FileOutputStream out;
  private boolean begun;
  private @Nullable String problem;

  /** A file that is opened by its first line. */
  LogFile(Path path) {
    this.path = path;
  }

  /** Opens the file, so that a problem shows at the start; whether that worked. */
  boolean open() {
    try {
      Path directory = path.toAbsolutePath().getParent();
      if (directory != null && !Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
      }
      if (!Files.exists(path)) {
        create();
      }
      out = new FileOutputStream(path.toFile(), true);
      return true;
    } catch (IOException e) {
      problem = "unable to open log file '" + path + "': " + reason(e);
      return false;
    }
  }

  private void create() throws IOException {
    try {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    } catch (FileAlreadyExistsException e) {
      // Another verb's run was faster, and made it with the same mode.
      return;
    }
  }

  /** Why the file is not written; null while it is. */
  @Nullable String problem() {
    return problem;
  }

  /** Appends a line, which ends with its line feed. */
  void append(String line) {
    FileOutputStream open = out;
    if (open == null) {
      return;
    }
    try {
      String text = line;
      if (!begun) {
        text = (Files.size(path) > 0 ? "\n" : "") + BANNER + line;
        begun = true;
      }
      open.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      problem = "unable to write log file '" + path + "': " + reason(e);
      out = null;
    }
  }

  private static String reason(IOException e) {
    String name = e.getClass().getSimpleName();
    return switch (name) {
      case "AccessDeniedException" -> "permission denied";
      case "NoSuchFileException" -> "no such directory";
      default -> e.getMessage() == null ? name : e.getMessage();
    };
  }
}

package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The lock files that a crash leaves: {@code postmaster.pid}, and one beside each Unix socket.
 * PostgreSQL takes the number in them for a postmaster while a process of that number exists, be it
 * another one that has it now, or one that has ended and that nobody has waited for yet.
 */
final class StaleLocks {
  static final String POSTMASTER = "postmaster.pid";

  /** The lines of both kinds of file ({@code miscinit.h}). */
  private static final int DATA_DIRECTORY_LINE = 1;

  private static final int PORT_LINE = 3;
  private static final int SOCKET_DIRECTORY_LINE = 4;

  private final Path data;

  StaleLocks(Path data) {
    this.data = data;
  }

  /**
   * Removes them; no process of the data directory is left. Of several socket directories the first
   * is looked at, since {@code postmaster.pid} names no other.
   *
   * @throws HoldfastException file-remove (63)
   */
  void remove() {
    Path lock = data.resolve(POSTMASTER);
    try {
      List<String> lines = lines(lock);
      if (lines.size() > SOCKET_DIRECTORY_LINE && !lines.get(SOCKET_DIRECTORY_LINE).isBlank()) {
        removeSocketLock(
            Path.of(lines.get(SOCKET_DIRECTORY_LINE).strip())
                .resolve(".s.PGSQL." + lines.get(PORT_LINE).strip() + ".lock"));
      }
      // The last, because it says where the other is.
      Files.deleteIfExists(lock);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_REMOVE, "unable to remove '" + lock + "': " + e.getMessage(), e);
    }
  }

  /** Unless it is another cluster's by now. */
  private void removeSocketLock(Path lock) throws IOException {
    List<String> lines = lines(lock);
    if (lines.size() > DATA_DIRECTORY_LINE && isOurs(lines.get(DATA_DIRECTORY_LINE).strip())) {
      Files.deleteIfExists(lock);
    }
  }

  private boolean isOurs(String directory) throws IOException {
    Path named = Path.of(directory);
    return Files.exists(named) && Files.isSameFile(named, data);
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }
}

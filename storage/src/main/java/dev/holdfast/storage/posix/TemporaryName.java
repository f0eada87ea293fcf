package dev.holdfast.storage.posix;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The names of files being written: {@code <name>.<8 letters and digits>.hftmp}.
 *
 * <p>They are unique by being created exclusively, not by their randomness, so that a fixed
 * generator or a forked process does no harm. The suffix has as many characters as pgBackRest's
 * {@code .pgbackrest.tmp}: a name that it can store, we can store.
 */
final class TemporaryName {
  /** What every temporary name ends with. */
  static final String EXTENSION = ".hftmp";

  private static final int MAX_ATTEMPTS = 100;
  private static final int UNIQUE_LENGTH = 8;
  private static final int RADIX = 36;

  private TemporaryName() {}

  /**
   * A created file.
   *
   * @param path its temporary name
   * @param channel open for writing at its beginning
   */
  record Opened(Path path, FileChannel channel) {}

  /** Creates a temporary file beside a path, with a mode that does not depend on the umask. */
  static Opened create(Path path, int mode) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Path temporary = of(path);
      FileChannel channel;
      try {
        channel =
            FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (FileAlreadyExistsException e) {
        if (attempt == MAX_ATTEMPTS) {
          throw e;
        }
        continue;
      }
      try {
        Files.setAttribute(temporary, "unix:mode", mode);
      } catch (IOException e) {
        try (channel) {
          Files.deleteIfExists(temporary);
        }
        throw e;
      }
      return new Opened(temporary, channel);
    }
  }

  /** A name beside the path that is very likely free. */
  static Path of(Path path) {
    StringBuilder unique = new StringBuilder(UNIQUE_LENGTH);
    for (int index = 0; index < UNIQUE_LENGTH; index++) {
      unique.append(Character.forDigit(ThreadLocalRandom.current().nextInt(RADIX), RADIX));
    }
    return path.resolveSibling(PosixDirectories.lastPart(path) + "." + unique + EXTENSION);
  }
}

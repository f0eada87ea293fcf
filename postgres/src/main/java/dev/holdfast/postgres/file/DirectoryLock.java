package dev.holdfast.postgres.file;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A file that one process holds at a time; it stays when it is released, and a crash releases it.
 */
public final class DirectoryLock implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private DirectoryLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes it, and makes the file where it is not there, for its owner alone.
   *
   * @return empty when somebody else holds it, in this process or another
   * @throws HoldfastException file-open (41)
   */
  public static Optional<DirectoryLock> take(Path file) {
    try {
      FileChannel channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      if (locked(channel)) {
        return Optional.of(new DirectoryLock(file, channel));
      }
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_OPEN, "unable to lock '" + file + "': " + e.getMessage(), e);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_CLOSE, "unable to release '" + file + "': " + e.getMessage(), e);
    }
  }
}

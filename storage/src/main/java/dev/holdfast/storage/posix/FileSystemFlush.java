package dev.holdfast.storage.posix;

import java.nio.file.Path;

/**
 * Makes everything that was written to a file system durable in one call, {@code syncfs(2)}: for
 * many files that become visible together it costs a fraction of one {@code fsync} each. PostgreSQL
 * offers the same for its own recovery ({@code recovery_init_sync_method = syncfs}).
 *
 * <p>Since Linux 5.8 the call reports write errors of the whole file system; before, errors could
 * be lost, which is why PostgreSQL asks for that version too.
 */
public final class FileSystemFlush {
  private FileSystemFlush() {}

  /**
   * Flushes the file system that holds the path, with what others wrote to it as well. Errors that
   * happened before the call may have been reported to others already.
   *
   * @throws dev.holdfast.domain.HoldfastException file-missing (55), file-open (41) or path-sync
   *     (54)
   */
  public static void flush(Path path) {
    try (NativeFile file = NativeFile.open(path, NativeFile.READ, 0)) {
      file.syncFileSystem();
    }
  }
}

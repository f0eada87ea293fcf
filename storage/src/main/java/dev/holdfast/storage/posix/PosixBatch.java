package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.posix.PosixOutput.Durability;
import dev.holdfast.storage.posix.PosixOutput.Naming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files whose syncs are put off to one {@code syncfs(2)} for each file system at the end.
 *
 * <p>Only on file systems and kernels where {@code syncfs} waits for the device and reports what
 * went wrong since its descriptor was opened (Linux 5.8 and later; FUSE for one does not pass it
 * on). Elsewhere every file is synced at its commit, and only the directories at the end, as
 * pgBackRest does. What others have written to the same file system is flushed along, once for a
 * backup.
 */
final class PosixBatch implements StorageBatch {
  private static final Set<String> SYNCED_AT_ONCE =
      Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs");
  private static final boolean SYNCFS_REPORTS_FAILURES = kernelIsAtLeast(5, 8);

  private final PosixStorage storage;

  /** By device: a descriptor of a directory, opened before the first write so that it sees all. */
  private final Map<Object, NativeFile> fileSystems = new ConcurrentHashMap<>();

  private final Map<Path, Durability> directories = new ConcurrentHashMap<>();

  PosixBatch(PosixStorage storage) {
    this.storage = storage;
  }

  @Override
  public StorageOutput write(String path) {
    Path file = storage.file(path);
    Path directory = PosixDirectories.parentOf(file);
    Durability durability = directories.get(directory);
    if (durability == null) {
      storage.createDirectories(directory);
      durability = directories.computeIfAbsent(directory, this::register);
    }
    return storage.open(file, Naming.REPLACE, durability);
  }

  private Durability register(Path directory) {
    try {
      if (!SYNCFS_REPORTS_FAILURES
          || !SYNCED_AT_ONCE.contains(Files.getFileStore(directory).type())) {
        return Durability.CONTENT;
      }
      Object device = Files.getAttribute(directory, "unix:dev");
      fileSystems.computeIfAbsent(device, _ -> NativeFile.open(directory, NativeFile.READ, 0));
      return Durability.NOTHING;
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.PATH_OPEN, "find the file system of", directory, e);
    }
  }

  @Override
  public void sync() {
    for (Map.Entry<Path, Durability> directory : directories.entrySet()) {
      if (directory.getValue() == Durability.CONTENT) {
        PosixDirectories.sync(directory.getKey());
      }
    }
    for (NativeFile directory : fileSystems.values()) {
      directory.syncFileSystem();
    }
  }

  @Override
  public void close() {
    for (NativeFile directory : fileSystems.values()) {
      directory.close();
    }
    fileSystems.clear();
  }

  private static boolean kernelIsAtLeast(int major, int minor) {
    String[] parts = System.getProperty("os.version", "").split("[^0-9]+", 3);
    if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
      return false;
    }
    int actualMajor = Integer.parseInt(parts[0]);
    return actualMajor > major || (actualMajor == major && Integer.parseInt(parts[1]) >= minor);
  }
}

package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.postgres.file.DirectoryLock;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The keeper's directory: {@code keeper.json}, replaced as a whole and durable before anything
 * rests on it, and a lock, so that one keeper at a time owns it.
 */
final class KeeperStore implements AutoCloseable {
  private static final String FILE = "keeper.json";
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path file;
  private final DirectoryLock lock;
  private final SecureRandom random = new SecureRandom();
  private KeeperRecord record;

  private KeeperStore(Path file, DirectoryLock lock) {
    this.file = file;
    this.lock = lock;
    this.record = read(file);
    save(record.started());
  }

  /**
   * Opens it, makes it where it is not there, and counts one start more.
   *
   * @throws HoldfastException lock-acquire (50) when another keeper has it, json-format (99) when
   *     it cannot be understood, path-create (47), file-open (41)
   */
  static KeeperStore open(Path directory) {
    try {
      Files.createDirectories(directory, OWNER_ONLY);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE,
          "unable to create the keeper's directory '" + directory + "': " + e.getMessage(),
          e,
          "Create it for the user that runs PostgreSQL, or set keeper-path.");
    }
    DirectoryLock lock =
        DirectoryLock.take(directory.resolve("lock"))
            .orElseThrow(() ->
                new HoldfastException(
                    ErrorCode.LOCK_ACQUIRE,
                    "another keeper uses '" + directory + "'",
                    "Each PostgreSQL has one keeper, with a directory of its own (keeper-path)."));
    try {
      return new KeeperStore(directory.resolve(FILE), lock);
    } catch (HoldfastException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * What the keeper of a directory has on disk, without being it; empty where there was none yet.
   *
   * @throws HoldfastException json-format (99) when it cannot be understood, file-read (42)
   */
  static Optional<KeeperRecord> peek(Path directory) {
    Path file = directory.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(read(file, () -> KeeperRecord.fresh(0)))
        : Optional.empty();
  }

  private KeeperRecord read(Path from) {
    return read(from, () -> KeeperRecord.fresh(random.nextLong()));
  }

  private static KeeperRecord read(Path from, Supplier<KeeperRecord> otherwise) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(from);
    } catch (NoSuchFileException e) {
      return otherwise.get();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + from + "': " + e.getMessage(), e);
    }
    KeeperRecord found = Json.read(bytes, KeeperRecord.class);
    if (found.format() != KeeperRecord.FORMAT) {
      throw new HoldfastException(
          ErrorCode.VERSION_NOT_SUPPORTED,
          "'"
              + from
              + "' has format "
              + found.format()
              + "; this is a keeper of format "
              + KeeperRecord.FORMAT,
          "Run the version of Holdfast that wrote it, or a newer one.");
    }
    return found;
  }

  KeeperRecord record() {
    return record;
  }

  /** Makes another record durable; until then the old one is in force. */
  void save(KeeperRecord next) {
    if (!next.equals(record)) {
      DurableFile.write(file, Json.write(next));
    }
    record = next;
  }

  /** Forgets who it was, because its node was dropped: the next registration is a new node's. */
  void forget() {
    save(KeeperRecord.fresh(random.nextLong()).started());
  }

  @Override
  public void close() {
    lock.close();
  }
}

package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The keeper's directory: {@code keeper.json}, replaced as a whole and durable before anything
 * rests on it, and a lock, so that one keeper at a time owns it.
 */
final class KeeperStore implements AutoCloseable {
  private static final String FILE = "keeper.json";

  private final Path file;
  private final FileChannel channel;
  private final SecureRandom random = new SecureRandom();
  private KeeperRecord record;

  private KeeperStore(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
    this.record = read(file);
    save(record.started());
  }

  /**
   * Opens it, and counts one start more.
   *
   * @throws HoldfastException lock-acquire (50) when another keeper has it, json-format (99) when
   *     it cannot be understood
   */
  static KeeperStore open(Path directory) {
    FileChannel channel = null;
    try {
      Files.createDirectories(directory);
      Path lockFile = directory.resolve("lock");
      channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new HoldfastException(
            ErrorCode.LOCK_ACQUIRE,
            "another keeper uses '" + directory + "'",
            "Each PostgreSQL has one keeper, with a directory of its own (keeper-path).");
      }
      return new KeeperStore(directory.resolve(FILE), channel);
    } catch (HoldfastException e) {
      close(channel, e);
      throw e;
    } catch (IOException e) {
      HoldfastException problem =
          new HoldfastException(
              ErrorCode.PATH_OPEN, "unable to use '" + directory + "': " + e.getMessage(), e);
      close(channel, problem);
      throw problem;
    }
  }

  private static void close(@Nullable FileChannel channel, HoldfastException reason) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        reason.addSuppressed(e);
      }
    }
  }

  private KeeperRecord read(Path from) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(from);
    } catch (NoSuchFileException e) {
      return KeeperRecord.fresh(random.nextLong());
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
    try {
      channel.close();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_CLOSE, "unable to close the lock of '" + file + "': " + e, e);
    }
  }
}

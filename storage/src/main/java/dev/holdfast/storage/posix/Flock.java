package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A lock on a local file by {@code flock(2)}, which ends with the process that holds it. {@code
 * FileChannel.lock} is another kind ({@code fcntl}), and neither excludes the other: pgBackRest
 * uses this one.
 *
 * <p>The lock belongs to this object, not to the process: taking it twice in one process fails just
 * as in two. The file may carry content about its holder.
 */
public final class Flock implements AutoCloseable {
  private static final int LOCK_SHARED = 1;
  private static final int LOCK_EXCLUSIVE = 2;
  private static final int LOCK_NON_BLOCKING = 4;
  private static final int MAX_CONTENT_BYTES = 64 * 1024;

  private final NativeFile file;

  private Flock(NativeFile file) {
    this.file = file;
  }

  /** How a lock may be shared. */
  public enum Kind {
    /** Nobody else holds any. */
    EXCLUSIVE(LOCK_EXCLUSIVE),
    /** Others may hold shared ones. */
    SHARED(LOCK_SHARED);

    private final int operation;

    Kind(int operation) {
      this.operation = operation;
    }
  }

  /**
   * Takes a lock without waiting, making the file (not its directory) when it is missing; nothing
   * when somebody else holds it.
   *
   * <p>A holder removes the file when it is done. Whoever opened it just before would then lock a
   * file without a name, beside which the next one makes and locks another; so a nameless file is
   * given up and opened anew.
   *
   * @param mode permission bits of a new file, less the umask
   * @throws HoldfastException lock-acquire (50) when the file cannot be opened or locked
   */
  public static Optional<Flock> tryAcquire(Path path, Kind kind, int mode) {
    while (true) {
      NativeFile file = open(path, mode);
      boolean locked = false;
      try {
        if (!lock(file, kind.operation)) {
          return Optional.empty();
        }
        locked = !file.isUnlinked();
        if (locked) {
          return Optional.of(new Flock(file));
        }
      } finally {
        if (!locked) {
          file.close();
        }
      }
    }
  }

  /** What an existing lock file says of its holder. */
  public sealed interface Holder {
    /** There is no such file, or it cannot be opened. */
    record Absent() implements Holder {}

    /** Nobody holds it: its holder ended without removing it. */
    record Gone() implements Holder {}

    /**
     * Somebody holds it.
     *
     * @param content what the file says; may be empty or a part while it is being rewritten
     */
    record Alive(byte[] content) implements Holder {}
  }

  /**
   * Looks who holds a lock. Taking the lock for an instant is the only way to know, and in that
   * instant another process can fail to take it; pgBackRest's {@code info} does the same. A shared
   * one is taken, so that two who look do not see each other.
   */
  public static Holder holder(Path path) {
    return switch (NativeFile.tryOpen(path, NativeFile.READ, 0)) {
      case NativeFile.Opening.Refused _ -> new Holder.Absent();
      case NativeFile.Opening.Open(NativeFile file) -> {
        try (file) {
          yield lock(file, LOCK_SHARED)
              ? new Holder.Gone()
              : new Holder.Alive(file.content(MAX_CONTENT_BYTES));
        }
      }
    };
  }

  private static NativeFile open(Path path, int mode) {
    return switch (NativeFile.tryOpen(path, NativeFile.READ_WRITE_CREATE, mode)) {
      case NativeFile.Opening.Open(NativeFile file) -> file;
      case NativeFile.Opening.Refused(NativeCall.Outcome outcome) -> throw failure(path, outcome);
    };
  }

  private static boolean lock(NativeFile file, int operation) {
    NativeCall.Outcome outcome;
    do {
      outcome = LibC.FLOCK.call(file.descriptor(), operation | LOCK_NON_BLOCKING);
    } while (outcome.failed() && outcome.errno() == LibC.EINTR);
    if (outcome.failed() && outcome.errno() != LibC.EAGAIN) {
      throw failure(file.path(), outcome);
    }
    return !outcome.failed();
  }

  private static HoldfastException failure(Path path, NativeCall.Outcome outcome) {
    String message = "unable to acquire lock on file '" + path + "': " + outcome.reason();
    if (outcome.errno() == LibC.EACCES) {
      return new HoldfastException(
          ErrorCode.LOCK_ACQUIRE,
          message,
          "Does the user '"
              + System.getProperty("user.name")
              + "' have permissions on the '"
              + path
              + "' file?");
    }
    return new HoldfastException(ErrorCode.LOCK_ACQUIRE, message);
  }

  /** The file that is locked. */
  public Path path() {
    return file.path();
  }

  /** What the file says, which the one who holds an exclusive lock has written. */
  public byte[] content() {
    return file.content(MAX_CONTENT_BYTES);
  }

  /** Replaces what the file says, in place: who reads meanwhile may see a part of it. */
  public void overwrite(byte[] content) {
    file.overwrite(content);
  }

  /**
   * Turns a shared lock into an exclusive one, when nobody else holds one; whether it did. The lock
   * may be lost when it did not.
   */
  public boolean becomeExclusive() {
    return lock(file, LOCK_EXCLUSIVE);
  }

  /**
   * Removes the file unless somebody shares the lock, and gives the lock up. The file goes first:
   * the other way round the next holder's file would be removed.
   *
   * @throws HoldfastException file-remove (60); the lock is given up all the same
   */
  public void removeAndClose() {
    try (file) {
      // Somebody may have removed it before, and another may have made a new one of that name.
      if (!file.isUnlinked() && becomeExclusive()) {
        Files.deleteIfExists(file.path());
      }
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_REMOVE, "remove", file.path(), e);
    }
  }

  /** Gives the lock up; the file stays. */
  @Override
  public void close() {
    file.close();
  }
}

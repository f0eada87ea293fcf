package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file descriptor of our own, for the calls that a {@code FileChannel} does not offer. Not
 * inherited by child processes.
 */
final class NativeFile implements AutoCloseable {
  /** Open for reading, or open a directory. */
  static final int READ = 0;

  /** Open for reading and writing, creating the file when it is missing. */
  static final int READ_WRITE_CREATE = 2 | 0100;

  private static final int O_CLOEXEC = 02000000;
  private static final int CLOSED = -1;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_NLINK = 4;
  private static final int STATX_BYTES = 256;
  private static final int STATX_NLINK_OFFSET = 16;

  private final Path path;
  private int descriptor;

  private NativeFile(Path path, int descriptor) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /** What an attempt to open a file gave: a file, or the reason why not. */
  sealed interface Opening {
    /** It is open. */
    record Open(NativeFile file) implements Opening {}

    /** It is not. */
    record Refused(NativeCall.Outcome outcome) implements Opening {}
  }

  /** Opens a file, or throws file-missing (55) or file-open (41). */
  static NativeFile open(Path path, int flags, int mode) {
    return switch (tryOpen(path, flags, mode)) {
      case Opening.Open(NativeFile file) -> file;
      case Opening.Refused(NativeCall.Outcome outcome) ->
          throw new HoldfastException(
              outcome.errno() == LibC.ENOENT ? ErrorCode.FILE_MISSING : ErrorCode.FILE_OPEN,
              "unable to open '" + path + "': " + outcome.reason());
    };
  }

  /** Opens a file. */
  static Opening tryOpen(Path path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path.toString(), StandardCharsets.UTF_8);
      NativeCall.Outcome outcome = LibC.OPEN.call(name, flags | O_CLOEXEC, mode);
      return outcome.failed()
          ? new Opening.Refused(outcome)
          : new Opening.Open(new NativeFile(path, (int) outcome.value()));
    }
  }

  Path path() {
    return path;
  }

  /** The number for further calls, which is no longer ours after {@link #close}. */
  int descriptor() {
    if (descriptor == CLOSED) {
      throw new IllegalStateException("'" + path + "' is closed");
    }
    return descriptor;
  }

  /** Makes everything on the file system durable that was written to it. */
  void syncFileSystem() {
    NativeCall.Outcome outcome = LibC.SYNCFS.call(descriptor());
    if (outcome.failed()) {
      throw new HoldfastException(
          ErrorCode.PATH_SYNC,
          "unable to sync the file system of '" + path + "': " + outcome.reason(),
          "What was written last may be lost: look for errors of the disk in the kernel's log.");
    }
  }

  /** Whether the last name of the file is gone. */
  boolean isUnlinked() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(STATX_BYTES, Long.BYTES);
      NativeCall.Outcome outcome =
          LibC.STATX.call(descriptor(), arena.allocateFrom(""), AT_EMPTY_PATH, STATX_NLINK, buffer);
      if (outcome.failed()) {
        throw new HoldfastException(
            ErrorCode.FILE_INFO,
            "unable to get the attributes of '" + path + "': " + outcome.reason());
      }
      return buffer.get(ValueLayout.JAVA_INT, STATX_NLINK_OFFSET) == 0;
    }
  }

  /** Replaces the content in place; others may see a part of it meanwhile. */
  void overwrite(byte[] content) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
      NativeCall.Outcome outcome = LibC.FTRUNCATE.call(descriptor(), 0L);
      if (!outcome.failed()) {
        outcome = LibC.PWRITE.call(descriptor(), buffer, (long) content.length, 0L);
      }
      if (outcome.value() < (outcome.failed() ? 0 : content.length)) {
        throw new HoldfastException(
            ErrorCode.FILE_WRITE,
            "unable to write '"
                + path
                + "': "
                + (outcome.failed() ? outcome.reason() : "a part of the content was not taken"));
      }
    }
  }

  /** The content from the beginning, at most so many bytes of it. */
  byte[] content(int maxBytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(maxBytes);
      NativeCall.Outcome outcome = LibC.PREAD.call(descriptor(), buffer, (long) maxBytes, 0L);
      if (outcome.failed()) {
        throw new HoldfastException(
            ErrorCode.FILE_READ, "unable to read '" + path + "': " + outcome.reason());
      }
      return buffer.asSlice(0, outcome.value()).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Override
  public void close() {
    if (descriptor != CLOSED) {
      int closing = descriptor;
      descriptor = CLOSED;
      // Linux frees the descriptor even when close reports an error; nothing was buffered in it.
      LibC.CLOSE.call(closing);
    }
  }
}

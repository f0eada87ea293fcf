package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  private static final NativeCall OPEN =
      NativeCall.of(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final NativeCall SYNCFS =
      NativeCall.of("syncfs", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final NativeCall CLOSE =
      NativeCall.of("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final int O_RDONLY_CLOEXEC = 0x80000;

  private FileSystemFlush() {}

  /**
   * Flushes the file system that holds the path, with what others wrote to it as well.
   *
   * @throws HoldfastException path-open (53) or path-sync (54)
   */
  public static void flush(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path.toString());
      NativeCall.Outcome opened = OPEN.call(name, O_RDONLY_CLOEXEC);
      if (opened.failed()) {
        throw new HoldfastException(
            ErrorCode.PATH_OPEN,
            "unable to open path '" + path + "' to sync it: " + opened.reason());
      }
      int descriptor = (int) opened.value();
      NativeCall.Outcome synced = SYNCFS.call(descriptor);
      CLOSE.call(descriptor);
      if (synced.failed()) {
        throw new HoldfastException(
            ErrorCode.PATH_SYNC,
            "unable to sync the file system of '" + path + "': " + synced.reason());
      }
    }
  }
}

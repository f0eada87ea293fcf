package dev.holdfast.storage.posix;

import com.sun.nio.file.ExtendedOpenOption;
import dev.holdfast.domain.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Tries once how a file system takes direct writes. Some refuse them, some emulate them, and on
 * some the page cache is simply faster, syncing included.
 */
final class WriteTrial {
  private static final int BYTES = 8 * 1024 * 1024;
  private static final int CHUNK = 4 * 1024 * 1024;

  /** Direct is kept unless it is clearly slower: it always saves processor time. */
  private static final double TOLERATED_SLOWDOWN = 1.5;

  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

  private WriteTrial() {}

  /** Whether large files in the directory should be written directly. */
  static boolean favoursDirectWrites(Path directory) {
    try {
      if (IN_MEMORY.contains(Files.getFileStore(directory).type())) {
        return false;
      }
      Path file = TemporaryName.of(directory.resolve("write-trial"));
      ByteBuffer buffer =
          ByteBuffer.allocateDirect(CHUNK + AlignedBuffers.ALIGNMENT)
              .alignedSlice(AlignedBuffers.ALIGNMENT)
              .slice(0, CHUNK);
      try {
        long direct = nanos(file, buffer, ExtendedOpenOption.DIRECT);
        Files.delete(file);
        long buffered = nanos(file, buffer, StandardOpenOption.WRITE);
        return direct <= buffered * TOLERATED_SLOWDOWN;
      } catch (IOException | UnsupportedOperationException refused) {
        return false; // Buffered writes report what is really wrong, if anything is.
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_WRITE, "try a write in", directory, e);
    }
  }

  private static long nanos(Path file, ByteBuffer buffer, OpenOption option) throws IOException {
    long started = System.nanoTime();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, option)) {
      for (int written = 0; written < BYTES; ) {
        written += channel.write(buffer.clear());
      }
      channel.force(true);
    }
    return System.nanoTime() - started;
  }
}

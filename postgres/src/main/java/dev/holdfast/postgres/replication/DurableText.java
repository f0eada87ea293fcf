package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Small files that are replaced as a whole, and survive a crash once they are. */
public final class DurableText {
  private DurableText() {}

  /**
   * Replaces a file; its mode is 0600. A crash leaves the old text or the new one, and perhaps a
   * file beside it whose name ends in {@code .new}, which the next writing replaces.
   *
   * @throws HoldfastException file-write (44); the old text stays then
   */
  public static void write(Path file, String text) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      write(fresh, text.getBytes(StandardCharsets.UTF_8));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      syncParent(file);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + file + "': " + e.getMessage(), e);
    }
  }

  private static void write(Path fresh, byte[] text) throws IOException {
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /**
   * Replaces a file that is somebody else's: a link stays one, and the mode stays what it was. The
   * text has a character for each byte (ISO 8859-1), so that comments in any encoding survive.
   */
  static void replace(Path file, String text) {
    try {
      Path real = file.toRealPath();
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(real);
      Path fresh = real.resolveSibling(real.getFileName() + ".new");
      write(fresh, text.getBytes(StandardCharsets.ISO_8859_1));
      Files.setPosixFilePermissions(fresh, mode);
      Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE);
      syncParent(real);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + file + "': " + e.getMessage(), e);
    }
  }

  /** Makes a file's name durable, or that it has none any more. */
  static void syncParent(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      sync(parent);
    }
  }

  /** Makes the names in a directory durable. */
  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}

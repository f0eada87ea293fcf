package dev.holdfast.routing.pgbouncer;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** Gives a file another content, so that a reader or a crash sees the old one or the new one. */
final class ReplacedFile {
  private ReplacedFile() {}

  /**
   * Replaces the content; owner, group and mode stay.
   *
   * @throws HoldfastException file-write (64); the file is then as it was
   */
  static void replace(Path path, byte[] content) {
    Path temporary = path.resolveSibling(path.getFileName() + ".hftmp");
    try {
      PosixFileAttributes before = Files.readAttributes(path, PosixFileAttributes.class);
      Files.deleteIfExists(temporary);
      // Nobody else may read it before it has its mode: it may hold passwords.
      Files.createFile(
          temporary,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      own(temporary, before);
      Files.setPosixFilePermissions(temporary, before.permissions());
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel directory =
          FileChannel.open(temporary.resolveSibling("."), StandardOpenOption.READ)) {
        directory.force(true);
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE,
          "unable to replace '" + path + "': " + e,
          e,
          "The user that Holdfast runs as must be able to write to its directory and to keep its"
              + " owner.");
    }
  }

  private static void own(Path temporary, PosixFileAttributes before) throws IOException {
    PosixFileAttributes now = Files.readAttributes(temporary, PosixFileAttributes.class);
    PosixFileAttributeView view =
        Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
    if (!now.group().equals(before.group())) {
      view.setGroup(before.group());
    }
    if (!now.owner().equals(before.owner())) {
      view.setOwner(before.owner());
    }
  }
}

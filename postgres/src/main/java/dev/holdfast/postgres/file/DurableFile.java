package dev.holdfast.postgres.file;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/**
 * Gives a file another content, so that a reader or a crash sees the old one or the new one. What a
 * crash may leave beside it has the name with {@link #UNFINISHED}, and the next writing replaces
 * it.
 */
public final class DurableFile {
  /** What the name of an unfinished file ends in. */
  public static final String UNFINISHED = ".hftmp";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private DurableFile() {}

  /**
   * Writes a file of ours, which only its owner may read; it need not be there before. One that has
   * this content already is made durable, which costs next to nothing when it is.
   *
   * @param hints for the error
   * @throws HoldfastException file-write (64); the content before is then still the file's, or this
   *     one is, but nothing between
   */
  public static void write(Path file, byte[] content, String... hints) {
    Path unfinished = unfinished(file);
    try {
      if (isAlready(file, content)) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
        syncName(file);
        return;
      }
      create(unfinished);
      finish(unfinished, content, file);
    } catch (IOException e) {
      throw failed(file, e, hints);
    }
  }

  /**
   * Replaces a file that is somebody else's: a link stays one, and owner, group and mode stay.
   *
   * @param hints for the error
   * @throws HoldfastException file-write (64); the file is then as it was
   */
  public static void replace(Path file, byte[] content, String... hints) {
    try {
      Path real = file.toRealPath();
      Path unfinished = unfinished(real);
      PosixFileAttributes before = Files.readAttributes(real, PosixFileAttributes.class);
      // Nobody else may read it before it has its mode: it may hold passwords.
      create(unfinished);
      own(unfinished, before);
      Files.setPosixFilePermissions(unfinished, before.permissions());
      finish(unfinished, content, real);
    } catch (IOException e) {
      throw failed(file, e, hints);
    }
  }

  private static boolean isAlready(Path file, byte[] content) throws IOException {
    try {
      return Files.size(file) == content.length
          && Files.getPosixFilePermissions(file).equals(OWNER_ONLY)
          && Arrays.equals(Files.readAllBytes(file), content);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static Path unfinished(Path file) {
    return file.resolveSibling(file.getFileName() + UNFINISHED);
  }

  private static void create(Path unfinished) throws IOException {
    Files.deleteIfExists(unfinished);
    Files.createFile(unfinished, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
  }

  private static void own(Path unfinished, PosixFileAttributes before) throws IOException {
    PosixFileAttributes now = Files.readAttributes(unfinished, PosixFileAttributes.class);
    PosixFileAttributeView view =
        Files.getFileAttributeView(unfinished, PosixFileAttributeView.class);
    if (!now.group().equals(before.group())) {
      view.setGroup(before.group());
    }
    if (!now.owner().equals(before.owner())) {
      view.setOwner(before.owner());
    }
  }

  private static void finish(Path unfinished, byte[] content, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    syncName(file);
  }

  private static HoldfastException failed(Path file, IOException e, String... hints) {
    return new HoldfastException(
        ErrorCode.FILE_WRITE, "unable to write '" + file + "': " + e, e, hints);
  }

  /** Makes a file's name durable, or that it has none any more. */
  public static void syncName(Path file) throws IOException {
    try (FileChannel directory =
        FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}

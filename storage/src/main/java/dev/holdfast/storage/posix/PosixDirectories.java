package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** Durable making and removing of directories, for local paths outside a repository too. */
public final class PosixDirectories {
  private PosixDirectories() {}

  /**
   * Makes a directory and those above it that are missing, each with the mode given whatever the
   * umask is, and syncs each into its parent. Nothing happens when it exists.
   *
   * @throws dev.holdfast.domain.HoldfastException path-create (47)
   */
  public static void create(Path path, int mode) {
    if (Files.isDirectory(path)) {
      return;
    }
    Path parent = path.getParent();
    if (parent != null) {
      create(parent, mode);
    }
    try {
      Files.createDirectory(path);
      Files.setAttribute(path, "unix:mode", mode);
    } catch (FileAlreadyExistsException e) {
      // Another writer was faster, unless it is no directory at all.
      if (!Files.isDirectory(path)) {
        throw new HoldfastException(
            ErrorCode.PATH_CREATE,
            "unable to create the directory '" + path + "': it exists and is none",
            e);
      }
      return;
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.PATH_CREATE, "create the directory", path, e);
    }
    if (parent != null) {
      sync(parent);
    }
  }

  /**
   * Makes the names in a directory durable.
   *
   * @throws dev.holdfast.domain.HoldfastException path-sync (54), path-open (53) or path-missing
   *     (73)
   */
  public static void sync(Path path) {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw PosixFailure.of(ErrorCode.PATH_MISSING, "open the directory", path, e);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.PATH_OPEN, "open the directory", path, e);
    }
    try (channel) {
      channel.force(true);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.PATH_SYNC, "sync the directory", path, e);
    }
  }

  /**
   * Removes a directory and everything below it, links themselves rather than what they point at.
   * Nothing happens when it does not exist; what others remove meanwhile is no error.
   *
   * @throws dev.holdfast.domain.HoldfastException path-remove (61), file-remove (60), path-open
   *     (53)
   */
  public static void removeTree(Path path) {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          removeTree(entry);
        }
      } catch (NoSuchFileException e) {
        return;
      } catch (DirectoryIteratorException e) {
        throw PosixFailure.of(ErrorCode.PATH_OPEN, "list the directory", path, e);
      } catch (IOException e) {
        throw PosixFailure.of(ErrorCode.PATH_OPEN, "list the directory", path, e);
      }
      delete(path, ErrorCode.PATH_REMOVE);
    } else {
      delete(path, ErrorCode.FILE_REMOVE);
    }
  }

  private static void delete(Path path, ErrorCode code) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw PosixFailure.of(code, "remove", path, e);
    }
  }

  /** The directory of an absolute path, which always has one unless it is the root itself. */
  static Path parentOf(Path path) {
    return Objects.requireNonNullElse(path.getParent(), path);
  }

  /** The last part of a path; empty for the root of the file system. */
  static String lastPart(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }
}

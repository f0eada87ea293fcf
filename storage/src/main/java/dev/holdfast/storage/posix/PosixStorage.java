package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageFeature;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.StoragePath;
import dev.holdfast.storage.posix.PosixOutput.Durability;
import dev.holdfast.storage.posix.PosixOutput.Naming;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory of a mounted file system. See the package for the order of a write.
 *
 * <p>Files get mode 0640 and directories 0750 unless told otherwise, whatever the umask is.
 */
public final class PosixStorage implements Storage {
  /** pgBackRest's mode of repository files. */
  public static final int DEFAULT_FILE_MODE = 0640;

  /** pgBackRest's mode of repository directories. */
  public static final int DEFAULT_PATH_MODE = 0750;

  private static final Set<StorageFeature> FEATURES =
      Set.copyOf(
          EnumSet.of(StorageFeature.PATH, StorageFeature.HARD_LINK, StorageFeature.SYMBOLIC_LINK));

  private final Path root;
  private final int fileMode;
  private final int pathMode;

  /** A store with pgBackRest's modes; the root need not exist before the first write. */
  public PosixStorage(Path root) {
    this(root, DEFAULT_FILE_MODE, DEFAULT_PATH_MODE);
  }

  /**
   * A store.
   *
   * @param root an absolute or relative path; made absolute here
   * @param fileMode permission bits of new files
   * @param pathMode permission bits of new directories
   */
  public PosixStorage(Path root, int fileMode, int pathMode) {
    this.root = root.toAbsolutePath().normalize();
    this.fileMode = fileMode;
    this.pathMode = pathMode;
  }

  /** The directory that all paths are relative to, absolute. */
  public Path root() {
    return root;
  }

  @Override
  public Set<StorageFeature> features() {
    return FEATURES;
  }

  @Override
  public String name() {
    return root.toString();
  }

  @Override
  public Optional<StorageEntry> info(String path) {
    Path file = resolve(StoragePath.requirePath(path));
    try {
      return Optional.of(entry(path, file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if (!(e instanceof AccessDeniedException)
          && !Files.isDirectory(PosixDirectories.parentOf(file))) {
        return Optional.empty(); // A part of the path is a file: nothing can be below it.
      }
      throw PosixFailure.of(ErrorCode.FILE_INFO, "get the attributes of", file, e);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_INFO, "get the attributes of", file, e);
    }
  }

  @Override
  public List<StorageEntry> list(String path) {
    Path directory = resolve(StoragePath.requirePath(path));
    List<StorageEntry> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path file : stream) {
        addEntry(entries, file);
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw PosixFailure.of(ErrorCode.PATH_OPEN, "list the directory", directory, e);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.PATH_OPEN, "list the directory", directory, e);
    }
    entries.sort(Comparator.comparing(StorageEntry::name, StoragePath.BYTE_ORDER));
    return entries;
  }

  private static void addEntry(List<StorageEntry> entries, Path file) {
    try {
      entries.add(entry(PosixDirectories.lastPart(file), file));
    } catch (NoSuchFileException e) {
      // It was removed between the listing and here, and so it is not listed.
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_INFO, "get the attributes of", file, e);
    }
  }

  private static StorageEntry entry(String name, Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    StorageEntry.Type type;
    @Nullable String target = null;
    if (attributes.isRegularFile()) {
      type = StorageEntry.Type.FILE;
    } else if (attributes.isDirectory()) {
      type = StorageEntry.Type.PATH;
    } else if (attributes.isSymbolicLink()) {
      type = StorageEntry.Type.LINK;
      target = Files.readSymbolicLink(file).toString();
    } else {
      type = StorageEntry.Type.SPECIAL;
    }
    long size = type == StorageEntry.Type.FILE ? attributes.size() : 0;
    return new StorageEntry(name, type, size, attributes.lastModifiedTime().toInstant(), target);
  }

  @Override
  public InputStream read(String path) {
    Path file = file(path);
    FileChannel channel = openToRead(file);
    try {
      return new PosixInput(file, channel, 0, channel.size());
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OPEN, "open", file, e);
    }
  }

  @Override
  public InputStream read(String path, long offset, long length) {
    if (offset < 0 || length < 0) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "the range of " + length + " bytes at " + offset + " of '" + path + "' is negative");
    }
    Path file = file(path);
    return new PosixInput(file, openToRead(file), offset, length);
  }

  private static FileChannel openToRead(Path file) {
    try {
      // Opening a directory or a pipe succeeds or blocks; only regular files are ever read.
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new HoldfastException(
            ErrorCode.FILE_OPEN, "unable to read '" + file + "': it is not a regular file");
      }
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw PosixFailure.of(ErrorCode.FILE_MISSING, "open", file, e);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OPEN, "open", file, e);
    }
  }

  @Override
  public StorageOutput write(String path) {
    return open(file(path), Naming.REPLACE, Durability.CONTENT_AND_NAME);
  }

  @Override
  public StorageOutput writeExclusive(String path) {
    return open(file(path), Naming.EXCLUSIVE, Durability.CONTENT_AND_NAME);
  }

  @Override
  public StorageBatch batch() {
    return new PosixBatch(this);
  }

  StorageOutput open(Path file, Naming naming, Durability durability) {
    TemporaryName.Opened opened;
    try {
      opened = TemporaryName.create(file, fileMode);
    } catch (NoSuchFileException missing) {
      PosixDirectories.create(PosixDirectories.parentOf(file), pathMode);
      try {
        opened = TemporaryName.create(file, fileMode);
      } catch (IOException e) {
        throw PosixFailure.of(ErrorCode.FILE_OPEN, "open for writing", file, e);
      }
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OPEN, "open for writing", file, e);
    }
    return new PosixOutput(file, opened, naming, durability);
  }

  @Override
  public void createPath(String path) {
    PosixDirectories.create(resolve(StoragePath.requirePath(path)), pathMode);
  }

  @Override
  public void remove(String path) {
    Path file = file(path);
    try {
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new HoldfastException(
            ErrorCode.FILE_REMOVE, "unable to remove '" + file + "': it is a directory");
      }
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_REMOVE, "remove", file, e);
    }
  }

  @Override
  public void removeTree(String path) {
    PosixDirectories.removeTree(resolve(StoragePath.requirePath(path)));
  }

  @Override
  public void move(String from, String to) {
    Path source = file(from);
    Path target = file(to);
    if (Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
      throw new HoldfastException(
          ErrorCode.FILE_MOVE, "unable to move '" + source + "': it is a directory");
    }
    try {
      if (!Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoSuchFileException(source.toString());
      }
      PosixDirectories.create(PosixDirectories.parentOf(target), pathMode);
      Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      throw PosixFailure.of(ErrorCode.FILE_MISSING, "move", source, e);
    } catch (AtomicMoveNotSupportedException e) {
      // A directory of the repository is a mount of its own: copy durably, then remove.
      copyAndRemove(from, to);
      return;
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_MOVE, "move '" + source + "' to", target, e);
    }
    Path targetParent = PosixDirectories.parentOf(target);
    Path sourceParent = PosixDirectories.parentOf(source);
    PosixDirectories.sync(targetParent);
    if (!sourceParent.equals(targetParent)) {
      PosixDirectories.sync(sourceParent);
    }
  }

  private void copyAndRemove(String from, String to) {
    try (InputStream input = read(from);
        StorageOutput output = write(to)) {
      input.transferTo(output);
      output.commit();
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_MOVE, "move", resolve(from), e);
    }
    remove(from);
  }

  @Override
  public void syncPath(String path) {
    PosixDirectories.sync(resolve(StoragePath.requirePath(path)));
  }

  @Override
  public void createLink(String link, String target) {
    Path name = file(link);
    Path parent = PosixDirectories.parentOf(name);
    PosixDirectories.create(parent, pathMode);
    // A link cannot be changed in place, and removing it first would leave a moment without one.
    Path temporary = TemporaryName.of(name);
    try {
      Files.createSymbolicLink(temporary, fileSystemPath(target));
      Files.move(temporary, name, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      HoldfastException failure = PosixFailure.of(ErrorCode.FILE_WRITE, "create the link", name, e);
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException suppressed) {
        failure.addSuppressed(suppressed);
      }
      throw failure;
    }
    PosixDirectories.sync(parent);
  }

  @Override
  public void createHardLink(String existing, String link) {
    Path file = file(existing);
    Path name = file(link);
    PosixDirectories.create(PosixDirectories.parentOf(name), pathMode);
    try {
      Files.createLink(name, file);
    } catch (NoSuchFileException e) {
      throw PosixFailure.of(ErrorCode.FILE_MISSING, "link '" + name + "' to", file, e);
    } catch (FileAlreadyExistsException e) {
      throw new HoldfastException(
          ErrorCode.FILE_EXISTS, "unable to create the link '" + name + "': it already exists", e);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_WRITE, "create the link", name, e);
    }
  }

  @Override
  public String toString() {
    return "PosixStorage[" + root + "]";
  }

  void createDirectories(Path directory) {
    PosixDirectories.create(directory, pathMode);
  }

  /** The place of a file that can be written. */
  Path file(String path) {
    return resolve(StoragePath.requireName(path));
  }

  private Path resolve(String path) {
    return path.isEmpty() ? root : root.resolve(fileSystemPath(path));
  }

  private Path fileSystemPath(String path) {
    try {
      return root.getFileSystem().getPath(path);
    } catch (InvalidPathException e) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "'" + path + "' cannot be written in the locale's character encoding",
          e,
          "Set LC_ALL=C.UTF-8 in the environment.");
    }
  }
}

package dev.holdfast.postgres.directory;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls to the file system: what vanishes gives nothing, what is refused is an error. */
final class FileTree {
  /** Asking for a name reads the user database, so each number is asked for once. */
  private final Map<Integer, String> users = new HashMap<>();

  private final Map<Integer, String> groups = new HashMap<>();

  private final @Nullable KernelDirectory kernel;

  /** The calls in the quickest way that there is. */
  FileTree() {
    this(KernelDirectory.available().orElse(null));
  }

  /** The calls by the kernel's own, or (null) by the JDK's. */
  FileTree(@Nullable KernelDirectory kernel) {
    this.kernel = kernel;
  }

  /** The entries of a directory in the order of the paths below it; null when it has vanished. */
  @Nullable List<DirectoryEntry> list(Path directory) {
    List<DirectoryEntry> entries =
        kernel == null
            ? null
            : kernel.list(
                directory.toString(),
                name -> stat(child(directory, name), LinkOption.NOFOLLOW_LINKS));
    if (entries == null) {
      entries = listPortably(directory);
    }
    if (entries == null) {
      return null;
    }
    for (int i = 0; i < entries.size(); i++) {
      DirectoryEntry entry = entries.get(i);
      requireRepresentable(directory, entry.name());
      if (entry.kind() == DirectoryEntry.Kind.LINK
          && Files.isDirectory(child(directory, entry.name()))) {
        entries.set(i, entry.leadingToDirectory());
      }
    }
    entries.sort(DirectoryEntry.PATH_ORDER);
    return entries;
  }

  private @Nullable List<DirectoryEntry> listPortably(Path directory) {
    List<DirectoryEntry> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        requireRepresentable(directory, String.valueOf(path.getFileName()));
        DirectoryEntry entry = stat(path, LinkOption.NOFOLLOW_LINKS);
        if (entry != null) {
          entries.add(entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return null;
    } catch (DirectoryIteratorException e) {
      throw refused(ErrorCode.PATH_OPEN, "list", directory, e.getCause());
    } catch (IOException e) {
      throw refused(ErrorCode.PATH_OPEN, "list", directory, e);
    }
    return entries;
  }

  /**
   * The path of an entry.
   *
   * @throws HoldfastException format (29) for a name that Java cannot hand back to the system
   */
  static Path child(Path directory, String name) {
    requireRepresentable(directory, name);
    try {
      return directory.resolve(name);
    } catch (InvalidPathException e) {
      throw unnameable(directory, name, e);
    }
  }

  /** A file that cannot be opened by its name would look as if it had vanished. */
  private static void requireRepresentable(Path directory, String name) {
    // Bytes that are no UTF-8 were replaced by this character when the name was read.
    if (name.indexOf('\uFFFD') >= 0) {
      throw unnameable(directory, name, null);
    }
  }

  private static HoldfastException unnameable(
      Path directory, String name, @Nullable InvalidPathException cause) {
    return new HoldfastException(
        ErrorCode.FORMAT,
        "the name of '" + directory + "/" + name + "' cannot be represented",
        cause,
        "Names must be UTF-8, and the environment must say so, for example LC_ALL=C.UTF-8.");
  }

  /** What a path is; null when there is nothing. */
  @Nullable DirectoryEntry stat(Path path, LinkOption... options) {
    try {
      Path name = path.getFileName();
      return DirectoryEntry.of(
          name == null ? "" : name.toString(),
          Files.readAttributes(path, DirectoryEntry.ATTRIBUTES, options));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw refused(ErrorCode.FILE_INFO, "get information on", path, e);
    }
  }

  /** Where a link leads; null when it has vanished. */
  @Nullable Path destination(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw refused(ErrorCode.FILE_INFO, "read the link", link, e);
    }
  }

  /** The name of the owner of an entry of a directory; null when the number belongs to nobody. */
  @Nullable String user(DirectoryEntry entry, Path directory) {
    return named(users, entry, entry.uid(), directory, "uid", "owner");
  }

  /** The name of the group of an entry of a directory; null when the number belongs to none. */
  @Nullable String group(DirectoryEntry entry, Path directory) {
    return named(groups, entry, entry.gid(), directory, "gid", "group");
  }

  private @Nullable String named(
      Map<Integer, String> known,
      DirectoryEntry entry,
      int number,
      Path directory,
      String numberAttribute,
      String nameAttribute) {
    String name = known.get(number);
    if (name == null) {
      Path path = child(directory, entry.name());
      LinkOption[] options =
          entry.kind() == DirectoryEntry.Kind.LINK
              ? new LinkOption[] {LinkOption.NOFOLLOW_LINKS}
              : new LinkOption[0];
      Map<String, Object> attributes;
      try {
        attributes =
            Files.readAttributes(path, "unix:" + numberAttribute + "," + nameAttribute, options);
      } catch (NoSuchFileException e) {
        return null;
      } catch (IOException e) {
        throw refused(ErrorCode.FILE_INFO, "find the owner of", path, e);
      }
      if (!Integer.valueOf(number).equals(attributes.get(numberAttribute))) {
        // It was replaced meanwhile; the next entry with this number will tell.
        return null;
      }
      name = String.valueOf(attributes.get(nameAttribute));
      known.put(number, name);
    }
    return name.equals(Integer.toUnsignedString(number)) ? null : name;
  }

  private static HoldfastException refused(
      ErrorCode code, String action, Path path, @Nullable IOException cause) {
    String reason =
        cause instanceof AccessDeniedException
            ? "permission denied"
            : cause == null ? "unknown" : String.valueOf(cause.getMessage());
    return new HoldfastException(
        code,
        "unable to " + action + " '" + path + "': " + reason,
        cause,
        "Run it as the user that owns the cluster, usually 'postgres'.");
  }
}

package dev.holdfast.postgres.directory;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
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

  /** The entries of a directory in the order of the paths below it; null when it has vanished. */
  @Nullable List<DirectoryEntry> list(Path directory) {
    List<DirectoryEntry> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        DirectoryEntry entry = stat(path, LinkOption.NOFOLLOW_LINKS);
        if (entry != null) {
          boolean leads = entry.kind() == DirectoryEntry.Kind.LINK && Files.isDirectory(path);
          entries.add(leads ? entry.leadingToDirectory() : entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return null;
    } catch (DirectoryIteratorException e) {
      throw refused(ErrorCode.PATH_OPEN, "list", directory, e.getCause());
    } catch (IOException e) {
      throw refused(ErrorCode.PATH_OPEN, "list", directory, e);
    }
    entries.sort(DirectoryEntry.PATH_ORDER);
    return entries;
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

  /** The name of an entry's owner; null when the number belongs to nobody. */
  @Nullable String user(DirectoryEntry entry, Path path) {
    return named(users, entry, entry.uid(), path, "uid", "owner");
  }

  /** The name of an entry's group; null when the number belongs to none. */
  @Nullable String group(DirectoryEntry entry, Path path) {
    return named(groups, entry, entry.gid(), path, "gid", "group");
  }

  private @Nullable String named(
      Map<Integer, String> known,
      DirectoryEntry entry,
      int number,
      Path path,
      String numberAttribute,
      String nameAttribute) {
    String name = known.get(number);
    if (name == null) {
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

package dev.holdfast.postgres.directory;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether links can all be restored: none may lead into the data directory, two must not lead to
 * the same place, and a linked directory must not lie inside another one. Linked files may share a
 * directory.
 */
final class LinkCheck {
  private final String base;
  private final NavigableMap<String, Destination> directories = new TreeMap<>();
  private final Map<String, List<Destination>> files = new TreeMap<>();

  private record Destination(String link, String path, @Nullable String file) {
    String describe() {
      return "link '" + link + "' (" + (file == null ? path : path + "/" + file) + ")";
    }
  }

  /** Checks against this data directory. */
  LinkCheck(String base) {
    this.base = withSlash(base);
  }

  /**
   * Adds a link.
   *
   * @param link its name, for messages
   * @param path the directory that it leads to, or that the file lies in: absolute
   * @param file the file's name when it leads to a file
   * @throws HoldfastException link-destination (70)
   */
  void add(String link, String path, @Nullable String file) {
    Destination added = new Destination(link, path, file);
    String key = withSlash(path);
    if (key.startsWith(base)) {
      throw invalid(
          added.describe() + " leads into the data directory",
          "What belongs to the cluster must not be reached in two ways: remove the link.");
    }
    refuseSamePlace(added, key);
    if (file != null) {
      files.computeIfAbsent(key, unused -> new ArrayList<>()).add(added);
      return;
    }
    Map.Entry<String, Destination> before = directories.lowerEntry(key);
    if (before != null && key.startsWith(before.getKey())) {
      throw inside(added, before.getValue());
    }
    Map.Entry<String, Destination> after = directories.higherEntry(key);
    if (after != null && after.getKey().startsWith(key)) {
      throw inside(after.getValue(), added);
    }
    directories.put(key, added);
  }

  private void refuseSamePlace(Destination added, String key) {
    Destination directory = directories.get(key);
    if (directory != null) {
      throw invalid(added.describe() + " leads to the same directory as " + directory.describe());
    }
    for (Destination other : files.getOrDefault(key, List.of())) {
      if (added.file() == null) {
        throw invalid(added.describe() + " leads to the directory of " + other.describe());
      }
      if (added.file().equals(other.file())) {
        throw invalid(added.describe() + " leads to the same file as " + other.describe());
      }
    }
  }

  private static HoldfastException inside(Destination inner, Destination outer) {
    return invalid(inner.describe() + " leads to a directory inside " + outer.describe());
  }

  private static HoldfastException invalid(String message, String... hints) {
    return new HoldfastException(ErrorCode.LINK_DESTINATION, message, hints);
  }

  private static String withSlash(String path) {
    return path.endsWith("/") ? path : path + "/";
  }
}

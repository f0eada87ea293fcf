package dev.holdfast.storage;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Comparator;

/**
 * The rules that every driver applies to the paths it is given, and the order in which it lists
 * names.
 *
 * <p>A path is checked before it reaches a file system or a bucket: a part {@code ..} that slipped
 * in from a manifest or an archive name would otherwise lead out of the store.
 */
public final class StoragePath {
  /**
   * The order of the names' UTF-8 bytes, which is the order of their code points (and not that of
   * Java's chars, which sorts U+FF00 behind what lies beyond U+FFFF).
   */
  public static final Comparator<String> BYTE_ORDER = StoragePath::compareBytes;

  private StoragePath() {}

  /** The path, when it can name a file: param-invalid (96) for anything else. */
  public static String requireName(String path) {
    if (path.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID, "an empty path names no file of a repository");
    }
    return requirePath(path);
  }

  /** The path, when it can name a directory; the empty one is the store's root. */
  public static String requirePath(String path) {
    if (path.isEmpty()) {
      return path;
    }
    int start = 0;
    while (true) {
      int end = path.indexOf('/', start);
      int length = (end < 0 ? path.length() : end) - start;
      if (length == 0
          || (length == 1 && path.charAt(start) == '.')
          || (length == 2 && path.startsWith("..", start))) {
        throw invalid(path, "has an empty, '.' or '..' part");
      }
      if (end < 0) {
        break;
      }
      start = end + 1;
    }
    if (path.indexOf('\0') >= 0) {
      throw invalid(path.replace("\0", "\\0"), "contains a zero byte");
    }
    return path;
  }

  /** The directory that a path lies in; empty for the root's own entries. */
  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  /** The last part of a path. */
  public static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static HoldfastException invalid(String path, String why) {
    return new HoldfastException(
        ErrorCode.PARAM_INVALID, "'" + path + "' is no path of a repository: it " + why);
  }

  private static int compareBytes(String left, String right) {
    int shared = Math.min(left.length(), right.length());
    for (int index = 0; index < shared; index++) {
      char a = left.charAt(index);
      char b = right.charAt(index);
      if (a != b) {
        boolean aBeyond = Character.isSurrogate(a);
        boolean bBeyond = Character.isSurrogate(b);
        return aBeyond == bBeyond ? Character.compare(a, b) : Boolean.compare(aBeyond, bBeyond);
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}

package dev.holdfast.postgres.directory;

import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * One entry of a directory, as the kernel says.
 *
 * @param name its name in the directory
 * @param kind what it is
 * @param leadsToDirectory whether it is a directory, or a link to one
 * @param size bytes
 * @param modified seconds since 1970
 * @param mode permission bits
 * @param uid the owner's number
 * @param gid the group's number
 */
record DirectoryEntry(
    String name,
    Kind kind,
    boolean leadsToDirectory,
    long size,
    long modified,
    int mode,
    int uid,
    int gid) {

  /** What the JDK is asked for: one call gives all of it, without looking names up. */
  static final String ATTRIBUTES = "unix:mode,size,lastModifiedTime,uid,gid";

  private static final int TYPE_MASK = 0170000;
  private static final int PERMISSION_MASK = 0777;

  /** In the order that the paths of the files below have: a directory counts with its slash. */
  static final Comparator<DirectoryEntry> PATH_ORDER =
      Comparator.comparing(DirectoryEntry::key, DirectoryEntry::compareBytes);

  /** What an entry is. */
  enum Kind {
    FILE,
    DIRECTORY,
    LINK,
    SPECIAL
  }

  static DirectoryEntry of(String name, Map<String, Object> attributes) {
    return of(
        name,
        (Integer) Objects.requireNonNull(attributes.get("mode")),
        (Long) Objects.requireNonNull(attributes.get("size")),
        ((FileTime) Objects.requireNonNull(attributes.get("lastModifiedTime")))
            .to(TimeUnit.SECONDS),
        (Integer) Objects.requireNonNull(attributes.get("uid")),
        (Integer) Objects.requireNonNull(attributes.get("gid")));
  }

  /** From the kernel's numbers; the mode holds the type, too. */
  static DirectoryEntry of(String name, int mode, long size, long modified, int uid, int gid) {
    Kind kind =
        switch (mode & TYPE_MASK) {
          case 0100000 -> Kind.FILE;
          case 0040000 -> Kind.DIRECTORY;
          case 0120000 -> Kind.LINK;
          default -> Kind.SPECIAL;
        };
    return new DirectoryEntry(
        name, kind, kind == Kind.DIRECTORY, size, modified, mode & PERMISSION_MASK, uid, gid);
  }

  /** The same link, knowing that it leads to a directory. */
  DirectoryEntry leadingToDirectory() {
    return new DirectoryEntry(name, kind, true, size, modified, mode, uid, gid);
  }

  private String key() {
    return leadsToDirectory ? name + "/" : name;
  }

  /** The order of the UTF-8 bytes: that of code points, which is not quite that of chars. */
  static int compareBytes(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean surrogateA = Character.isSurrogate(a);
        return surrogateA == Character.isSurrogate(b)
            ? Character.compare(a, b)
            : surrogateA ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}

package dev.holdfast.cli.suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a directory tree holds: each path's kind, mode, owner, content and a file's time, to compare
 * trees byte by byte without keeping them.
 */
record FileTree(TreeMap<String, String> entries) {
  /**
   * Reads a tree.
   *
   * @param leftOut which relative paths, with all below them, are not looked at
   */
  static FileTree of(Path root, Predicate<String> leftOut) {
    TreeMap<String, String> entries = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      Set<String> skipped = new TreeSet<>();
      for (Path path : (Iterable<Path>) paths::iterator) {
        String name = root.relativize(path).toString();
        if (leftOut.test(name) || skipped.stream().anyMatch(each -> isBelow(name, each))) {
          skipped.add(name);
          continue;
        }
        entries.put(name, describe(path));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new FileTree(entries);
  }

  private static boolean isBelow(String name, String directory) {
    return name.startsWith(directory + "/");
  }

  private static String describe(Path path) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String owner = attributes.owner().getName() + ":" + attributes.group().getName();
    if (attributes.isSymbolicLink()) {
      return "link to " + Files.readSymbolicLink(path);
    }
    String common = PosixFilePermissions.toString(attributes.permissions()) + " " + owner;
    if (attributes.isDirectory()) {
      return "directory " + common;
    }
    if (attributes.isOther()) {
      return "pipe " + common;
    }
    return "file "
        + common
        + " "
        + attributes.size()
        + " bytes of "
        + attributes.lastModifiedTime().toInstant().getEpochSecond()
        + " "
        + digest(path);
  }

  private static String digest(Path file) throws IOException {
    try (InputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-1"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** What another tree has otherwise; a line per path. */
  List<String> differences(FileTree other) {
    List<String> lines = new ArrayList<>();
    Set<String> names = new TreeSet<>(entries.keySet());
    names.addAll(other.entries.keySet());
    for (String name : names) {
      String mine = entries.getOrDefault(name, "nothing");
      String theirs = other.entries.getOrDefault(name, "nothing");
      if (!mine.equals(theirs)) {
        lines.add(name + ": expected " + mine + ", found " + theirs);
      }
    }
    return lines;
  }
}

package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestPath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the directories that a restore writes into: refuses what is in the way, removes what does
 * not belong there (only with delta or force), and makes what is missing.
 *
 * <p>Nothing is removed before every target has been looked at. {@code global/pg_control} is
 * removed first, and its directory synced, so that from then on nobody can start what is there.
 */
final class DestinationPreparation {
  /** Marks a directory whose restore has begun: with it, --delta may finish what was begun. */
  static final String MANIFEST_MARK = "backup.manifest";

  static final String CONTROL = "global/pg_control";

  private final Manifest manifest;
  private final TargetMapping mapping;
  private final Ownership ownership;
  private final boolean privileged;
  private final Set<String> preserved;
  private final Reporter reporter;

  /**
   * @param preserved names directly below the data directory that are left alone
   * @param privileged whether this process may write into directories of others
   */
  DestinationPreparation(
      Manifest manifest,
      TargetMapping mapping,
      Ownership ownership,
      boolean privileged,
      Set<String> preserved,
      Reporter reporter) {
    this.manifest = manifest;
    this.mapping = mapping;
    this.ownership = ownership;
    this.privileged = privileged;
    this.preserved = preserved;
    this.reporter = reporter;
  }

  /**
   * Refuses a data directory in which PostgreSQL runs.
   *
   * @throws HoldfastException pg-running (38)
   */
  static void refuseWhileRunning(Path pgPath) {
    if (Files.exists(pgPath.resolve("postmaster.pid"), LinkOption.NOFOLLOW_LINKS)) {
      throw new HoldfastException(
          ErrorCode.PG_RUNNING,
          "unable to restore while PostgreSQL is running",
          "The presence of 'postmaster.pid' in '" + pgPath + "' indicates PostgreSQL is running.",
          "Remove 'postmaster.pid' only if PostgreSQL is not running.");
    }
  }

  /** Whether what is in the directory may be overwritten because it looks like PostgreSQL's. */
  static boolean looksLikeACluster(Path pgPath) {
    return Files.exists(pgPath.resolve("PG_VERSION"))
        || Files.exists(pgPath.resolve(MANIFEST_MARK));
  }

  /**
   * Prepares everything.
   *
   * @param overwrite whether existing files may stay or go (delta or force)
   */
  void prepare(boolean overwrite) {
    Map<TargetMapping.Destination, Path> existing =
        new TreeMap<>(java.util.Comparator.comparing(TargetMapping.Destination::name));
    for (TargetMapping.Destination target : mapping.destinations()) {
      Path path = directory(target);
      reporter.log(Reporter.Level.DETAIL, "check '" + path + "' exists");
      if (Files.exists(path)) {
        checkPermission(path);
        if (!overwrite) {
          refuseContents(target, path);
        }
        existing.put(target, path);
      }
    }
    removeControl();
    for (TargetMapping.Destination target : mapping.destinations()) {
      Path path = existing.get(target);
      if (path == null) {
        create(target);
      } else if (target.file() == null) {
        if (overwrite) {
          reporter.info("remove invalid files/links/paths from '" + path + "'");
        }
        manifest.path(manifestName(target)).ifPresent(p -> restore(p, path));
        clean(manifestName(target), path, target.name().equals(TargetMapping.PG_DATA));
      }
    }
    createPathsAndLinks();
  }

  /** A tablespace's files lie in a directory of its version, which is what is checked. */
  private Path directory(TargetMapping.Destination target) {
    return target.isTablespace() ? target.path().resolve(tablespaceVersion()) : target.path();
  }

  private String manifestName(TargetMapping.Destination target) {
    return target.isTablespace() ? target.name() + "/" + tablespaceVersion() : target.name();
  }

  private String tablespaceVersion() {
    return "PG_" + manifest.cluster().version() + "_" + manifest.cluster().catalogVersion();
  }

  private void checkPermission(Path path) {
    try {
      int uid = (Integer) Files.getAttribute(path, "unix:uid");
      int mode = (Integer) Files.getAttribute(path, "unix:mode");
      if (!privileged && uid != currentUid()) {
        throw new HoldfastException(
            ErrorCode.PATH_OPEN,
            "unable to restore to path '" + path + "' not owned by current user");
      }
      if ((mode & 0700) != 0700) {
        throw new HoldfastException(
            ErrorCode.PATH_OPEN,
            "unable to restore to path '" + path + "' without rwx permissions");
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_INFO, "unable to get info for path '" + path + "'", e);
    }
  }

  private static int currentUid() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  private void refuseContents(TargetMapping.Destination target, Path path) {
    String file = target.file();
    if (file != null) {
      if (Files.exists(path.resolve(file))) {
        throw new HoldfastException(
            ErrorCode.FILE_EXISTS,
            "unable to restore file '" + path.resolve(file) + "' because it already exists",
            "Try using --delta if this is what you intended.");
      }
      return;
    }
    boolean base = target.name().equals(TargetMapping.PG_DATA);
    for (Path entry : entries(path)) {
      if (!(base && isPreserved(entry))) {
        throw new HoldfastException(
            ErrorCode.PATH_NOT_EMPTY,
            "unable to restore to path '" + path + "' because it contains files",
            "Try using --delta if this is what you intended.");
      }
    }
  }

  private boolean isPreserved(Path entry) {
    String name = fileName(entry);
    return name.equals(MANIFEST_MARK) || preserved.contains(name);
  }

  private void removeControl() {
    Path control = mapping.pgPath().resolve(CONTROL);
    if (Files.exists(control, LinkOption.NOFOLLOW_LINKS)) {
      reporter.log(
          Reporter.Level.DETAIL,
          "remove '" + CONTROL + "' so cluster will not start if restore does not complete");
      remove(control);
      PathSync.sync(mapping.pgPath().resolve("global"));
    }
  }

  private void create(TargetMapping.Destination target) {
    Path path = directory(target);
    Optional<ManifestPath> known =
        target.file() != null
            ? manifest.path(TargetMapping.PG_DATA)
            : manifest.path(manifestName(target)).or(() -> manifest.path(target.name()));
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE, "unable to create path '" + path + "': " + e.getMessage(), e);
    }
    known.ifPresent(p -> restore(p, path));
  }

  /** Walks one directory and removes what the manifest does not have. */
  private void clean(String name, Path path, boolean base) {
    for (Path entry : entries(path)) {
      if (base && isPreserved(entry)) {
        continue;
      }
      String entryName = name + "/" + fileName(entry);
      BasicFileAttributes attributes = attributes(entry);
      Optional<TargetMapping.Link> link = mapping.link(entryName);
      if (attributes.isSymbolicLink()) {
        cleanLink(entry, link.orElse(null));
      } else if (attributes.isDirectory()) {
        Optional<ManifestPath> known = manifest.path(entryName);
        if (known.isPresent() && link.isEmpty()) {
          restore(known.get(), entry);
          clean(entryName, entry, false);
        } else if (entryName.equals(TargetMapping.PG_DATA + "/" + TargetMapping.PG_TBLSPC)) {
          clean(entryName, entry, false);
        } else {
          reporter.log(Reporter.Level.DETAIL, "remove invalid path '" + entry + "'");
          removeTree(entry);
        }
      } else {
        Optional<ManifestFile> known =
            attributes.isRegularFile() && link.isEmpty()
                ? manifest.files().find(entryName)
                : Optional.empty();
        if (known.isPresent()) {
          restore(known.get(), entry);
        } else {
          reporter.log(Reporter.Level.DETAIL, "remove invalid file '" + entry + "'");
          remove(entry);
        }
      }
    }
  }

  private void cleanLink(Path entry, TargetMapping.@Nullable Link link) {
    if (link == null) {
      reporter.log(Reporter.Level.DETAIL, "remove invalid link '" + entry + "'");
      remove(entry);
      return;
    }
    try {
      if (!Files.readSymbolicLink(entry).toString().equals(link.destination())) {
        reporter.log(
            Reporter.Level.DETAIL, "remove link '" + entry + "' because destination changed");
        remove(entry);
        return;
      }
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_INFO, "unable to read link '" + entry + "'", e);
    }
    ownership.apply(entry, link.user(), link.group());
  }

  /** Makes what is missing, parents before children: the manifest's paths are sorted by name. */
  private void createPathsAndLinks() {
    Set<String> made = new HashSet<>();
    for (ManifestPath path : manifest.paths()) {
      if (path.name().equals(TargetMapping.PG_TBLSPC)) {
        continue; // Only the manifest has it: the links below pg_data/pg_tblspc stand for it.
      }
      String linkName =
          path.name().startsWith(TargetMapping.PG_TBLSPC + "/")
              ? TargetMapping.PG_DATA + "/" + path.name()
              : path.name();
      Optional<TargetMapping.Link> link = mapping.link(linkName);
      if (link.isPresent()) {
        createLink(link.get());
        made.add(linkName);
        continue;
      }
      Path target = mapping.path(path.name());
      if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        reporter.log(Reporter.Level.DETAIL, "create path '" + target + "'");
        try {
          Files.createDirectory(target);
        } catch (IOException e) {
          throw new HoldfastException(
              ErrorCode.PATH_CREATE,
              "unable to create path '" + target + "': " + e.getMessage(),
              e);
        }
        restore(path, target);
      }
    }
    for (TargetMapping.Link link : mapping.links().values()) {
      if (!made.contains(link.name())) {
        createLink(link);
      }
    }
  }

  private void createLink(TargetMapping.Link link) {
    Path path = mapping.path(link.name());
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    reporter.log(
        Reporter.Level.DETAIL, "create symlink '" + path + "' to '" + link.destination() + "'");
    try {
      Files.createSymbolicLink(path, Path.of(link.destination()));
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_OPEN,
          "unable to create symlink '" + path + "' to '" + link.destination() + "'",
          e);
    }
    ownership.apply(path, link.user(), link.group());
  }

  private void restore(ManifestPath known, Path path) {
    ownership.apply(path, known.user(), known.group());
    mode(path, known.mode());
  }

  private void restore(ManifestFile known, Path path) {
    ownership.apply(path, known.user(), known.group());
    mode(path, known.mode());
  }

  private void mode(Path path, int mode) {
    try {
      int now = (Integer) Files.getAttribute(path, "unix:mode") & 07777;
      if (now != mode) {
        Files.setAttribute(path, "unix:mode", mode);
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MODE, "unable to set mode for '" + path + "' to %04o".formatted(mode), e);
    }
  }

  private static Iterable<Path> entries(Path path) {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
      java.util.List<Path> entries = new java.util.ArrayList<>();
      stream.forEach(entries::add);
      return entries;
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      throw new HoldfastException(
          ErrorCode.PATH_OPEN, "unable to list path '" + path + "' for read", e);
    }
  }

  private static BasicFileAttributes attributes(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_INFO, "unable to get info for path/file '" + path + "'", e);
    }
  }

  private static String fileName(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_REMOVE, "unable to remove '" + path + "': " + e.getMessage(), e);
    }
  }

  private static void removeTree(Path path) {
    try {
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException error)
                throws IOException {
              if (error != null) {
                throw error;
              }
              Files.delete(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_REMOVE, "unable to remove path '" + path + "': " + e.getMessage(), e);
    }
  }
}

package dev.holdfast.cli.local;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.file.DirectoryLock;
import dev.holdfast.postgres.file.DurableFile;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.OsUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The directory of {@code up} and {@code down}, held by one of them at a time. A file says that it
 * is ours and which ports the cluster has: {@code format=1}, {@code monitor=PORT}, {@code n1=PORT},
 * {@code n2=PORT}.
 */
final class SiteDirectory implements AutoCloseable {
  private static final String MARKER = "holdfast-up";
  private static final String LOCK = "lock";
  private static final String FORMAT = "1";
  private static final Duration REMOVAL = Duration.ofMinutes(5);

  private final Path path;
  private final OsUser owner;
  private final DirectoryLock lock;

  private SiteDirectory(Path path, OsUser owner, DirectoryLock lock) {
    this.path = path;
    this.owner = owner;
    this.lock = lock;
  }

  /** The one that was named, or below the home directory; root's is where its users come, too. */
  static Path chosen(Options options, Map<String, String> environment) {
    if (options.has("cluster-path")) {
      return options.path("cluster-path").toAbsolutePath().normalize();
    }
    if (OsUser.isRoot()) {
      return Path.of("/var/lib/holdfast/up");
    }
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    Path base =
        state.startsWith("/")
            ? Path.of(state)
            : Path.of(System.getProperty("user.home", "/"), ".local/state");
    return base.resolve("holdfast/up");
  }

  /**
   * Takes it, and makes it where it is not there yet.
   *
   * @throws HoldfastException path-not-empty (40) and access (105) when it is somebody else's,
   *     lock-acquire (50), path-create (47)
   */
  static SiteDirectory create(Path path, OsUser owner) {
    try {
      if (!Files.exists(path)) {
        if (path.getParent() != null) {
          Files.createDirectories(path.getParent());
        }
        owner.createDirectory(path, 0700);
      }
      requireOurs(path, owner);
      try (Stream<Path> content = Files.list(path)) {
        boolean strange =
            !Files.exists(path.resolve(MARKER))
                && content.anyMatch(each -> !each.endsWith(LOCK) && !isUnfinishedMarker(each));
        if (strange) {
          throw new HoldfastException(
              ErrorCode.PATH_NOT_EMPTY,
              "'" + path + "' is not empty, and no cluster of 'holdfast up'",
              "Name another directory with --cluster-path.");
        }
      }
      SiteDirectory directory = lock(path, owner);
      if (!Files.exists(path.resolve(MARKER))) {
        directory.save(SitePlace.fresh(path));
      }
      return directory;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE,
          "unable to use '" + path + "': " + e,
          e,
          "Name another directory with --cluster-path.");
    }
  }

  private static boolean isUnfinishedMarker(Path file) {
    return file.endsWith(MARKER + DurableFile.UNFINISHED);
  }

  /**
   * Takes one that is there.
   *
   * @throws HoldfastException path-missing (73) when there is none
   */
  static SiteDirectory existing(Path path, OsUser owner) {
    if (!Files.exists(path.resolve(MARKER))) {
      throw new HoldfastException(
          ErrorCode.PATH_MISSING,
          "there is no cluster of 'holdfast up' in '" + path + "'",
          "Name its directory with --cluster-path.");
    }
    try {
      requireOurs(path, owner);
      return lock(path, owner);
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.PATH_OPEN, "unable to use '" + path + "': " + e, e);
    }
  }

  private static void requireOurs(Path path, OsUser owner) throws IOException {
    String found = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
    if (!found.equals(owner.name())) {
      throw new HoldfastException(
          ErrorCode.ACCESS,
          "'" + path + "' belongs to the user '" + found + "', and not to '" + owner.name() + "'",
          "Name another directory with --cluster-path, or run as that user.");
    }
  }

  private static SiteDirectory lock(Path path, OsUser owner) {
    Path file = path.resolve(LOCK);
    DirectoryLock lock =
        DirectoryLock.take(file)
            .orElseThrow(() ->
                new HoldfastException(
                    ErrorCode.LOCK_ACQUIRE,
                    "another 'holdfast up' or 'holdfast down' is at work in '" + path + "'",
                    "It ends by itself; then ask again."));
    owner.own(file);
    return new SiteDirectory(path, owner, lock);
  }

  private void save(SitePlace place) {
    String text =
        """
        # A cluster of holdfast up; holdfast down ends it, and with --delete removes it.
        format=%s
        monitor=%d
        n1=%d
        n2=%d
        """
            .formatted(FORMAT, place.monitorPort(), place.firstPort(), place.secondPort());
    Path file = path.resolve(MARKER);
    DurableFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    owner.own(file);
  }

  /** The cluster's place. */
  SitePlace place() {
    Path file = path.resolve(MARKER);
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + file + "': " + e.getMessage(), e);
    }
    if (!FORMAT.equals(properties.getProperty("format"))) {
      throw new HoldfastException(
          ErrorCode.VERSION_NOT_SUPPORTED,
          "'" + file + "' is of another version of Holdfast",
          "Use that version, or another directory with --cluster-path.");
    }
    return new SitePlace(
        path, port(properties, "monitor"), port(properties, "n1"), port(properties, "n2"));
  }

  private int port(Properties properties, String name) {
    try {
      return Integer.parseInt(properties.getProperty(name, ""));
    } catch (NumberFormatException e) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "'" + path.resolve(MARKER) + "' has no port of " + name, e);
    }
  }

  /** Removes all of it, the marker last: what is left by a crash can be removed again. */
  void remove() {
    rm(
        "find",
        path.toString(),
        "-mindepth",
        "1",
        "-maxdepth",
        "1",
        "!",
        "-name",
        MARKER,
        "!",
        "-name",
        LOCK,
        "-exec",
        "rm",
        "-rf",
        "--",
        "{}",
        "+");
    rm("rm", "-rf", "--", path.toString());
  }

  private void rm(String... command) {
    ExternalProgram.run(List.of(command), Map.of(), REMOVAL).orThrow("remove '" + path + "'");
  }

  @Override
  public void close() {
    lock.close();
  }
}

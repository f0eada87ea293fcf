package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL from a {@code .txz} archive on the class path, for hosts that have none installed.
 *
 * <p>An archive is unpacked once into a cache, under its SHA-256: {@code
 * /var/cache/holdfast/postgres} for root, so that the user PostgreSQL runs as can read it, and
 * {@code ~/.cache/holdfast/postgres} for others. It is unpacked beside and renamed, so that what
 * has the final name is whole, also after a crash or with two at once.
 */
public final class EmbeddedPostgres {
  /** Where the published artifacts keep their archive. */
  public static final String RESOURCE = "postgres-linux-x86_64.txz";

  private static final Duration UNPACK_TIMEOUT = Duration.ofMinutes(3);

  private EmbeddedPostgres() {}

  /**
   * The installation in an archive.
   *
   * @throws HoldfastException path-create (47), file-read (42), execute (102), access (105) when
   *     the cache is somebody else's
   */
  public static synchronized PostgresInstallation installation(URL archive) {
    Path cache = cacheDirectory();
    try {
      if (!Files.isDirectory(cache)) {
        createCache(cache);
      }
      refuseStrangers(cache);
      Path directory = cache.resolve(fingerprint(archive));
      if (!Files.isDirectory(directory)) {
        unpack(archive, cache, directory);
      }
      return PostgresInstallation.at(directory.resolve("bin"));
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE,
          "unable to unpack PostgreSQL into '" + cache + "': " + e.getMessage(),
          e);
    }
  }

  private static Path cacheDirectory() {
    if (OsUser.isRoot()) {
      return Path.of("/var/cache/holdfast/postgres");
    }
    String cacheHome = System.getenv("XDG_CACHE_HOME");
    Path base =
        cacheHome != null && cacheHome.startsWith("/")
            ? Path.of(cacheHome)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("holdfast/postgres");
  }

  /** Whatever the umask is, the user that PostgreSQL runs as must come through. */
  private static void createCache(Path cache) throws IOException {
    Files.createDirectories(cache);
    if (OsUser.isRoot()) {
      Files.setAttribute(cache.getParent(), "unix:mode", 0755);
    }
    Files.setAttribute(cache, "unix:mode", 0755);
  }

  /** Programs are run from here, so nobody else may have put them here. */
  private static void refuseStrangers(Path cache) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(cache, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    boolean writableByOthers =
        attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
            || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE);
    boolean ours = attributes.owner().equals(Files.getOwner(Path.of("/proc/self")));
    if (!ours || writableByOthers) {
      throw new HoldfastException(
          ErrorCode.ACCESS,
          "'" + cache + "' belongs to another user, or others may write to it",
          "Remove it, or give it to this user with the mode 0755.");
    }
  }

  private static String fingerprint(URL archive) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new HoldfastException(ErrorCode.ASSERT, "this Java has no SHA-256", e);
    }
    try (InputStream input = new DigestInputStream(archive.openStream(), digest)) {
      input.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  private static void unpack(URL archive, Path cache, Path directory) throws IOException {
    Path lockFile = cache.resolve("lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (Files.isDirectory(directory) || !lock.isValid()) {
        return;
      }
      Path tar = cache.resolve(directory.getFileName() + ".tar");
      Path building = cache.resolve(directory.getFileName() + ".unpacking");
      removeTree(building);
      Files.createDirectory(building);
      try (InputStream input =
              new XZInputStream(new BufferedInputStream(archive.openStream(), 1 << 16));
          FileChannel output =
              FileChannel.open(
                  tar,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.TRUNCATE_EXISTING)) {
        input.transferTo(Channels.newOutputStream(output));
      }
      ExternalProgram.run(
              List.of("tar", "-x", "--no-same-owner", "-C", building.toString()),
              Map.of(),
              tar,
              UNPACK_TIMEOUT)
          .orThrow("unpack PostgreSQL into '" + building + "'");
      Files.delete(tar);
      Files.setAttribute(building, "unix:mode", 0755);
      Files.move(building, directory, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static void removeTree(Path directory) {
    ExternalProgram.run(List.of("rm", "-rf", "--", directory.toString()), Map.of(), UNPACK_TIMEOUT)
        .orThrow("remove '" + directory + "'");
  }
}

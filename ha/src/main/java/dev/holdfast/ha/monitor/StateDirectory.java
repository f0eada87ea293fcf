package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.postgres.file.DirectoryLock;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directory of the monitor's state, held by one monitor at a time. */
final class StateDirectory implements ClusterStore, AutoCloseable {
  private static final String SUFFIX = ".json";
  private static final String UNFINISHED = SUFFIX + DurableFile.UNFINISHED;

  /** Of all that only the monitor's user may look into. */
  static final FileAttribute<?> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path path;
  private final DirectoryLock lock;

  /** What every version of the file has. */
  private record Header(int format) {}

  private StateDirectory(Path path, DirectoryLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Opens it, and makes it where it is not there.
   *
   * @throws HoldfastException lock-acquire (50) when another monitor has it; path-create (47),
   *     file-open (41)
   */
  static StateDirectory open(Path path) {
    try {
      Files.createDirectories(path, DIRECTORY_MODE);
      Path parent = path.toAbsolutePath().getParent();
      if (parent != null && Files.isReadable(parent)) {
        // A directory that a crash takes away would be an empty one to the next monitor.
        DurableFile.syncName(path);
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE,
          "unable to create the monitor's directory '" + path + "': " + e.getMessage(),
          e,
          "Create it for the user that runs the monitor, or set monitor-path.");
    }
    return new StateDirectory(
        path,
        DirectoryLock.take(path.resolve("monitor.lock"))
            .orElseThrow(() ->
                new HoldfastException(
                    ErrorCode.LOCK_ACQUIRE,
                    "another monitor has the directory '" + path + "'",
                    "One monitor serves many clusters; another one needs a monitor-path of its"
                        + " own.")));
  }

  @Override
  public List<StoredCluster> read() {
    List<StoredCluster> clusters = new ArrayList<>();
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(UNFINISHED)) {
          Files.delete(file);
        } else if (name.endsWith(SUFFIX)) {
          clusters.add(parse(file, Files.readAllBytes(file)));
        }
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ,
          "unable to read the monitor's directory '" + path + "': " + e.getMessage(),
          e);
    }
    return clusters;
  }

  private static StoredCluster parse(Path file, byte[] content) {
    StoredCluster cluster;
    try {
      int format = Json.read(content, Header.class).format();
      if (format != StoredCluster.FORMAT) {
        throw new HoldfastException(
            ErrorCode.VERSION_NOT_SUPPORTED,
            "'" + file + "' has format " + format + ", which this version does not know",
            "A newer version wrote it: run that one, or a newer.");
      }
      cluster = Json.read(content, StoredCluster.class);
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.JSON_FORMAT) {
        throw invalid(file, e.getMessage(), e);
      }
      throw e;
    }
    if (!file.getFileName().toString().equals(cluster.cluster() + SUFFIX)) {
      throw invalid(file, "it is the state of cluster '" + cluster.cluster() + "'", null);
    }
    return cluster;
  }

  private static HoldfastException invalid(Path file, String reason, @Nullable Throwable cause) {
    return new HoldfastException(
        ErrorCode.FILE_INVALID,
        "the state '" + file + "' cannot be used: " + reason,
        cause,
        "Put back what was there. A copy that is older than the last failover must not be used: it"
            + " could make a former primary the primary again.");
  }

  /** Fails with file-write (64). */
  @Override
  public void write(StoredCluster cluster) {
    Path file = path.resolve(cluster.cluster() + SUFFIX);
    DurableFile.write(
        file,
        Json.write(cluster),
        "Until it can be written, the monitor changes nothing; the cluster goes on as it is.");
  }

  @Override
  public void close() {
    lock.close();
  }
}

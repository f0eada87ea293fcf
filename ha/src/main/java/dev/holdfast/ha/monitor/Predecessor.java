package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The monitor by itself that had this directory before: its clusters become those of the first
 * monitor of a group, and their files get a name that nobody reads.
 */
final class Predecessor {
  private static final String RETIRED = ".replicated";

  private final StateDirectory directory;
  private final Path path;

  Predecessor(StateDirectory directory, Path path) {
    this.directory = directory;
    this.path = path;
  }

  /** Whether it left clusters. */
  boolean left() {
    return !directory.read().isEmpty();
  }

  /** Writes what it left to the store, but for clusters that are there: a crash came between. */
  void handOver(ClusterStore store) {
    List<StoredCluster> left = directory.read();
    if (left.isEmpty()) {
      return;
    }
    Set<String> known =
        store.read().stream().map(StoredCluster::cluster).collect(Collectors.toSet());
    for (StoredCluster cluster : left) {
      if (!known.contains(cluster.cluster())) {
        store.write(cluster);
      }
    }
    for (StoredCluster cluster : left) {
      retire(path.resolve(cluster.cluster() + ".json"));
    }
  }

  private static void retire(Path file) {
    try {
      Files.move(
          file, file.resolveSibling(file.getFileName() + RETIRED), StandardCopyOption.ATOMIC_MOVE);
      DurableFile.syncName(file);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to rename '" + file + "': " + e.getMessage(), e);
    }
  }
}

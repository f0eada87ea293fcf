package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.work.ComputeSlots;
import java.nio.file.Path;

/**
 * archive-push: takes over one WAL file from PostgreSQL. When it returns, every repository has the
 * file durably; PostgreSQL may then remove its own.
 */
public final class ArchivePush {
  private final ArchivePushRequest request;
  private final Reporter reporter;

  /** A push of any number of files under the same conditions. */
  public ArchivePush(ArchivePushRequest request, Reporter reporter) {
    this.request = request;
    this.reporter = reporter;
  }

  /**
   * Pushes a file in this process.
   *
   * @param walFile its absolute path
   * @throws HoldfastException see {@link SegmentPush#push}; repo-invalid (103) if no repository can
   *     take WAL of this cluster
   */
  public void push(Path walFile) {
    String name = fileName(walFile);
    if (exceedsQueue(walFile)) {
      String warning = ReadyWal.dropWarning(name, request.queueMax().getAsLong());
      record(name, warning);
      reporter.warn(warning);
      return;
    }
    ComputeSlots slots = new ComputeSlots(1);
    SegmentPush push = segmentPush(slots);
    for (String warning : slots.compute(() -> push.push(walFile, name))) {
      reporter.warn(warning);
    }
    reporter.info("pushed WAL file '" + name + "' to the archive");
  }

  /**
   * The queue's limit keeps a database alive whose disk fills up, so a place that cannot be written
   * does not keep the WAL; PostgreSQL's log then has the only record.
   */
  private void record(String name, String warning) {
    try {
      request.gaps().record(name, warning);
    } catch (HoldfastException e) {
      reporter.warn("unable to record the gap in the WAL: " + RepositoryErrors.text(e));
    }
  }

  private boolean exceedsQueue(Path walFile) {
    return request.queueMax().isPresent()
        && ReadyWal.of(directory(walFile)).exceeds(request.queueMax().getAsLong());
  }

  /** Checks cluster and repositories once, for any number of files. */
  SegmentPush segmentPush(ComputeSlots slots) {
    return new SegmentPush(
        ClusterArchives.targets(request),
        request.compression(),
        request.level(),
        request.headerCheck(),
        request.modeCheck(),
        request.forcedVersion().orElse(null),
        request.branches().orElse(null),
        slots);
  }

  static String fileName(Path walFile) {
    Path name = walFile.getFileName();
    if (name == null) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID, "'" + walFile + "' is not the path of a WAL file");
    }
    return name.toString();
  }

  static Path directory(Path walFile) {
    Path parent = walFile.getParent();
    return parent == null ? walFile : parent;
  }
}

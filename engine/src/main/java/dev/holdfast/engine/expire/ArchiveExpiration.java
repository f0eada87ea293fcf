package dev.holdfast.engine.expire;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Timeline;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.ClusterEntry;
import dev.holdfast.repository.info.ClusterHistory;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Removes the WAL that {@link ArchiveRetention} lets go. */
final class ArchiveExpiration {
  private static final int SEGMENT_LENGTH = 24;

  private final Repository repository;
  private final Storage storage;
  private final ExpireRequest request;
  private final Reporter reporter;
  private final String name;

  ArchiveExpiration(Repository repository, ExpireRequest request, Reporter reporter) {
    this.repository = repository;
    this.storage = repository.storage();
    this.request = request;
    this.reporter = reporter;
    this.name = "repo" + repository.key();
  }

  void expire(BackupInfo info, List<KnownBackup> kept, RetentionPolicy policy) {
    if (policy.archive().isEmpty()) {
      reporter.info(
          policy.fullType() == RetentionPolicy.FullType.TIME
              ? name + ": time-based archive retention not met - archive logs will not be expired"
              : "option '"
                  + name
                  + "-retention-archive' is not set - archive logs will not be expired");
      return;
    }
    ClusterHistory archived = repository.infos(request.stanza()).archiveInfo().history();
    refuseOtherHistory(archived, info.history());
    ArchiveFinder finder = repository.archive(request.stanza());
    List<ArchiveId> present = finder.archiveIds();
    for (ClusterEntry cluster : archived.entries()) {
      ArchiveId id = cluster.archiveId();
      if (!present.contains(id)) {
        continue;
      }
      switch (ArchiveRetention.decide(
          kept, policy, cluster.id(), cluster.id() == archived.currentId())) {
        case ArchiveRetention.Decision.KeepAll keep ->
            reporter.log(
                Reporter.Level.DETAIL, name + ": " + id + " keep all WAL: " + keep.reason());
        case ArchiveRetention.Decision.RemoveAll removal -> removeAll(id);
        case ArchiveRetention.Decision.Keep keep -> removeOutside(finder, id, keep);
      }
    }
  }

  /** Ids that mean different clusters in the two catalogs would remove the WAL of the wrong one. */
  private static void refuseOtherHistory(ClusterHistory archived, ClusterHistory backedUp) {
    for (ClusterEntry cluster : archived.entries()) {
      boolean same =
          backedUp
              .entry(cluster.id())
              .filter(other -> other.isSameCluster(cluster.systemId(), cluster.version()))
              .isPresent();
      if (!same) {
        throw new HoldfastException(
            ErrorCode.FORMAT,
            "archive expiration cannot continue - archive and backup history lists do not match",
            "Compare archive.info and backup.info: was one of them restored from elsewhere?");
      }
    }
  }

  private void removeAll(ArchiveId id) {
    String path = RepositoryLayout.archive(request.stanza(), id);
    reporter.info(name + ": remove archive path " + storage.name() + "/" + path);
    if (!request.dryRun()) {
      storage.removeTree(path);
    }
  }

  private void removeOutside(
      ArchiveFinder finder, ArchiveId id, ArchiveRetention.Decision.Keep keep) {
    for (ArchiveRetention.Range range : keep.ranges()) {
      reporter.log(
          Reporter.Level.DETAIL,
          "%s: %s archive retention on backup %s, start = %s%s"
              .formatted(
                  name,
                  id,
                  range.backup(),
                  range.start(),
                  range.stop() == null ? "" : ", stop = " + range.stop()));
    }
    Removed removed = new Removed(id);
    for (String directory : finder.directories(id)) {
      String path = RepositoryLayout.archiveDirectory(request.stanza(), id, directory);
      if (!keep.keepsSome(directory) && isBeforeLimit(directory)) {
        reporter.log(Reporter.Level.DETAIL, name + ": " + id + " remove archive path " + directory);
        if (!request.dryRun()) {
          storage.removeTree(path);
        }
        removed.add(directory);
      } else {
        removeFiles(path, keep, removed);
      }
    }
    removed.report();
    removeHistories(finder, id, keep);
  }

  private void removeFiles(String path, ArchiveRetention.Decision.Keep keep, Removed removed) {
    for (StorageEntry entry : storage.list(path)) {
      if (entry.name().length() < SEGMENT_LENGTH) {
        continue;
      }
      String segment = entry.name().substring(0, SEGMENT_LENGTH);
      if (!dev.holdfast.domain.WalSegment.isName(segment)) {
        continue;
      }
      if (keep.keeps(segment) || !isBeforeLimit(segment)) {
        removed.report();
        continue;
      }
      if (!request.dryRun()) {
        storage.remove(path + "/" + entry.name());
      }
      removed.add(segment);
    }
  }

  /** Whether a segment, or all of a directory, lies before the segment that must stay. */
  private boolean isBeforeLimit(String name) {
    return request
        .archiveBefore()
        .map(limit -> name.compareTo(limit.toString().substring(0, name.length())) < 0)
        .orElse(true);
  }

  /** Histories of timelines before the oldest that anything kept begins on are needed by nobody. */
  private void removeHistories(
      ArchiveFinder finder, ArchiveId id, ArchiveRetention.Decision.Keep keep) {
    Timeline oldest =
        keep.ranges().stream()
            .map(range -> range.start().timeline())
            .min(Timeline::compareTo)
            .orElseThrow();
    for (Timeline timeline : finder.histories(id)) {
      if (timeline.compareTo(oldest) < 0) {
        reporter.info(name + ": " + id + " remove history file " + timeline.historyFileName());
        if (!request.dryRun()) {
          storage.remove(
              RepositoryLayout.archive(request.stanza(), id) + "/" + timeline.historyFileName());
        }
      }
    }
  }

  /** Says what was removed stretch by stretch, as one line each. */
  private final class Removed {
    private final ArchiveId id;
    private @Nullable String start;
    private @Nullable String stop;

    Removed(ArchiveId id) {
      this.id = id;
    }

    void add(String segment) {
      if (start == null) {
        start = segment;
      }
      stop = segment;
    }

    void report() {
      if (start != null) {
        reporter.info(name + ": " + id + " remove archive, start = " + start + ", stop = " + stop);
        start = null;
      }
    }
  }
}

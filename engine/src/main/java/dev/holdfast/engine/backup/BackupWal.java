package dev.holdfast.engine.backup;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.archive.ArchivePath;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The WAL that a backup cannot be restored without, in the archive of the same repository. */
final class BackupWal {
  private final BackupRequest request;
  private final BackupInfo info;
  private final Reporter reporter;
  private final Repository repository;

  BackupWal(BackupRequest request, BackupInfo info, Reporter reporter) {
    this.request = request;
    this.info = info;
    this.reporter = reporter;
    this.repository = request.repository();
  }

  /**
   * Waits for a segment that is complete already: where archiving does not work, that shows before
   * hours of copying.
   */
  void checkArchiving(ClusterGate.Start start) {
    WalSegment segment = start.segmentToCheck().orElse(null);
    if (segment != null && request.archive().check()) {
      reporter.info("check archive for prior segment " + segment);
      archive(archiveInfo()).await(segment);
    }
  }

  /**
   * Waits for every segment from the start to the stop, and copies them into the backup if that is
   * asked for.
   */
  void require(
      ClusterGate.Start start,
      ClusterGate.Stop stop,
      WalSegmentSize size,
      AddedFiles added,
      long stopSeconds) {
    if (!request.archive().check() || stop.segment().isEmpty()) {
      return;
    }
    WalSegment first = start.segment().orElseThrow();
    WalSegment last = stop.segment().get();
    reporter.info("check archive for segment(s) " + first + ":" + last);
    ArchiveInfo archiveInfo = archiveInfo();
    List<ArchivePath> segments = archive(archiveInfo).awaitAll(first, last, size);
    if (!request.archive().copy()) {
      return;
    }
    for (ArchivePath segment : segments) {
      reporter.log(Reporter.Level.DETAIL, "copy segment " + segment.segment() + " to backup");
      try (InputStream wal = repository.openWal(request.stanza(), archiveInfo, segment)) {
        added.store("pg_data/pg_wal/" + segment.segment(), wal, stopSeconds);
      } catch (IOException e) {
        throw new HoldfastException(
            ErrorCode.FILE_READ, "unable to read '" + segment.path(request.stanza()) + "'", e);
      }
    }
  }

  private ArchiveInfo archiveInfo() {
    return repository.infos(request.stanza()).archiveInfo();
  }

  private ArchiveWait archive(ArchiveInfo archiveInfo) {
    return new ArchiveWait(
        repository,
        request.stanza(),
        archiveInfo.archiveId(
            info.history().currentId(),
            info.history().current().version(),
            info.history().current().systemId()),
        request.archive().timeout());
  }
}

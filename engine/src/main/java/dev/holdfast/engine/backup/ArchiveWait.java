package dev.holdfast.engine.backup;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.engine.Deadline;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.archive.ArchivePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Waits until WAL is in a repository's archive. */
final class ArchiveWait {
  private final ArchiveFinder finder;
  private final ArchiveId archiveId;
  private final Duration timeout;

  ArchiveWait(Repository repository, StanzaName stanza, ArchiveId archiveId, Duration timeout) {
    this.finder = repository.archive(stanza);
    this.archiveId = archiveId;
    this.timeout = timeout;
  }

  /**
   * Waits for one segment.
   *
   * @throws HoldfastException archive-timeout (82)
   */
  ArchivePath await(WalSegment segment) {
    Deadline deadline = Deadline.in(timeout);
    while (true) {
      Optional<ArchivePath> found = finder.find(archiveId, segment);
      if (found.isPresent()) {
        return found.get();
      }
      if (!deadline.pause()) {
        if (Thread.currentThread().isInterrupted()) {
          throw new HoldfastException(ErrorCode.TERM, "terminated on signal");
        }
        throw new HoldfastException(
            ErrorCode.ARCHIVE_TIMEOUT,
            "WAL segment %s was not archived before the %dms timeout"
                .formatted(segment, timeout.toMillis()),
            "Check the archive_command to ensure that all options are correct (especially"
                + " --stanza).",
            "Check the PostgreSQL server log for errors.",
            "Run the 'start' command if the stanza was previously stopped.");
      }
    }
  }

  /** Waits for every segment from the first to the last one, each on its own account. */
  List<ArchivePath> awaitAll(WalSegment first, WalSegment last, WalSegmentSize size) {
    List<ArchivePath> found = new ArrayList<>();
    for (WalSegment segment = first; segment.compareTo(last) <= 0; segment = segment.next(size)) {
      found.add(await(segment));
    }
    return found;
  }
}

package dev.holdfast.engine.archive;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.engine.Deadline;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.archive.ArchivePath;
import java.time.Duration;
import java.util.Optional;

/** Waits for PostgreSQL to bring a segment into the archive. */
public final class ArchivedSegmentWait {
  private ArchivedSegmentWait() {}

  /**
   * Looks until the segment is there.
   *
   * @return the segment in the archive
   * @throws HoldfastException archive-timeout (82) if it did not come in time, archive-duplicate
   *     (45) if it came with different contents
   */
  public static ArchivePath await(
      Repository repository,
      StanzaName stanza,
      ArchiveId id,
      WalSegment segment,
      Duration timeout) {
    ArchiveFinder finder = repository.archive(stanza);
    Deadline deadline = Deadline.in(timeout);
    do {
      Optional<ArchivePath> found = finder.find(id, segment);
      if (found.isPresent()) {
        return found.get();
      }
    } while (deadline.pause());
    throw new HoldfastException(
        ErrorCode.ARCHIVE_TIMEOUT,
        "WAL segment %s was not archived before the %dms timeout"
            .formatted(segment, timeout.toMillis()),
        "check the archive_command to ensure that all options are correct (especially --stanza).",
        "check the PostgreSQL server log for errors.",
        "run the 'start' command if the stanza was previously stopped.");
  }
}

package dev.holdfast.engine.archive;

import dev.holdfast.domain.WalSegment;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.stream.SegmentTail;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The end of the WAL for a recovery to the latest point: of a segment that no repository has as a
 * whole, what was streamed.
 *
 * <p>Only under {@code recovery.signal}, where the recovery ends behind it. A standby would take
 * the zeros behind the tail for the end of its primary's WAL; it streams, and asks again.
 */
final class StreamedTail {
  private final ArchiveGetRequest request;
  private final Reporter reporter;

  StreamedTail(ArchiveGetRequest request, Reporter reporter) {
    this.request = request;
    this.reporter = reporter;
  }

  /** Whether a tail would be of use for this file. */
  boolean isWanted(String walFile) {
    return WalSegment.isName(walFile)
        && Files.exists(request.pgPath().resolve("recovery.signal"))
        && !Files.exists(request.pgPath().resolve("standby.signal"));
  }

  /**
   * Brings the tail.
   *
   * @return false if there is none
   */
  boolean get(String walFile, ArchiveLookup lookup, Path destination) {
    PgControl control =
        PgControlFile.read(request.pgPath(), request.forcedVersion().orElse(null)).control();
    Optional<SegmentTail> found =
        SegmentTail.longest(
            lookup.pieceStores(),
            WalSegment.parse(walFile),
            control.systemId(),
            control.walSegmentSize(),
            () -> FileFetch.temporaryFor(destination));
    if (found.isEmpty()) {
      return false;
    }
    SegmentTail tail = found.get();
    FileFetch.move(tail.file(), destination);
    tail.warnings().forEach(reporter::warn);
    reporter.info(
        "found the first %d bytes of %s in the repo%d archive, where it was streamed to"
            .formatted(tail.bytes(), walFile, tail.repositoryKey()));
    return true;
  }
}

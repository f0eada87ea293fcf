package dev.holdfast.engine.restore;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.manifest.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The timeline histories in the archive that belongs to a backup. */
final class ArchiveHistories {
  /** Far above any real history: a promotion adds a line. */
  private static final int LARGEST_BYTES = 1 << 20;

  private final Repository repository;
  private final StanzaName stanza;
  private final ArchiveInfo info;
  private final ArchiveId archiveId;

  ArchiveHistories(Repository repository, StanzaName stanza, Manifest manifest) {
    this.repository = repository;
    this.stanza = stanza;
    this.info = repository.infos(stanza).archiveInfo();
    this.archiveId = manifest.cluster().archiveId();
  }

  /** The newest timeline that has a history. */
  Optional<Timeline> latest() {
    List<Timeline> timelines = repository.archive(stanza).histories(archiveId);
    return timelines.isEmpty() ? Optional.empty() : Optional.of(timelines.getLast());
  }

  /**
   * Reads a timeline's history.
   *
   * @throws HoldfastException file-missing (55) when the archive does not have it
   */
  TimelineHistory read(Timeline timeline) {
    String name = timeline.historyFileName();
    try (InputStream input = repository.openArchiveFile(stanza, info, archiveId, name)) {
      return TimelineHistory.parse(
          timeline, new String(input.readNBytes(LARGEST_BYTES), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + archiveId + "/" + name + "'", e);
    } catch (HoldfastException e) {
      if (e.code() != ErrorCode.FILE_MISSING) {
        throw e;
      }
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          "target timeline %X is not known: '%s/%s' is not in the archive"
              .formatted(timeline.number(), archiveId, name),
          e,
          "The first timeline has no history: only backups of its own can be restored on it.",
          "Use --target-timeline=current to stay on the backup's own timeline.");
    }
  }
}

package dev.holdfast.engine.backup;

import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to back up, and where to.
 *
 * @param stanza the cluster's name
 * @param repository where the backup goes
 * @param type what the user asked for; a full one is made where no prior backup exists
 * @param pgPath the primary's data directory; of a standby where {@code standbyPath} is given,
 *     still the primary's
 * @param standbyPath the data directory of a standby that relation files are read from
 * @param storing how files are stored
 * @param reading how files are read
 * @param archive what is demanded of the archive
 * @param resume whether an unfinished full backup is taken over
 * @param force back up although the cluster seems to run (offline only)
 * @param annotations the user's notes
 * @param workers how many files are copied at once (process-max)
 * @param saveThreshold bytes after which the unfinished manifest is saved again, so that what was
 *     copied can be resumed
 */
public record BackupRequest(
    StanzaName stanza,
    Repository repository,
    BackupType type,
    Path pgPath,
    Optional<Path> standbyPath,
    StoringOptions storing,
    ReadingOptions reading,
    ArchiveOptions archive,
    boolean resume,
    boolean force,
    Map<String, String> annotations,
    int workers,
    long saveThreshold) {

  /** Copies the map. */
  public BackupRequest {
    annotations = Map.copyOf(annotations);
  }

  /**
   * How files are read.
   *
   * @param checksumPage whether page checksums are checked; empty to do so where the cluster has
   *     them
   * @param pageHeaderCheck whether an unused page is told by its header
   * @param delta whether content rather than size and time tells what has changed
   * @param exclude what the user leaves out, relative to the data directory
   */
  public record ReadingOptions(
      Optional<Boolean> checksumPage,
      boolean pageHeaderCheck,
      boolean delta,
      List<String> exclude) {
    /** Copies the list. */
    public ReadingOptions {
      exclude = List.copyOf(exclude);
    }
  }

  /**
   * What is demanded of the archive.
   *
   * @param check whether the backup's WAL must be there before the backup is complete
   * @param copy whether the WAL is copied into the backup
   * @param timeout how long a segment is waited for
   */
  public record ArchiveOptions(boolean check, boolean copy, java.time.Duration timeout) {}
}

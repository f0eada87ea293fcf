package dev.holdfast.repository.manifest;

import dev.holdfast.codec.compress.CompressionType;
import org.jspecify.annotations.Nullable;

/**
 * How a backup was made. What is null was not written, as older versions did and as a manifest has
 * it whose backup has not finished.
 *
 * @param archiveCheck whether the WAL was waited for
 * @param archiveCopy whether the WAL was copied into the backup
 * @param backupStandby whether files came from a standby
 * @param bufferSize bytes per buffer
 * @param checksumPage whether pages were checked
 * @param compression the compression of every file
 * @param compressLevel its level; negative levels exist
 * @param compressLevelNetwork the level on the wire
 * @param delta whether checksums decided what had changed
 * @param hardlink whether unchanged files were linked
 * @param online whether the cluster ran
 * @param processMax how many workers there were
 */
public record ManifestOptions(
    boolean archiveCheck,
    boolean archiveCopy,
    @Nullable Boolean backupStandby,
    @Nullable Long bufferSize,
    @Nullable Boolean checksumPage,
    CompressionType compression,
    @Nullable Integer compressLevel,
    @Nullable Integer compressLevelNetwork,
    @Nullable Boolean delta,
    boolean hardlink,
    boolean online,
    @Nullable Integer processMax) {

  /** The same options with the delta decided differently. */
  public ManifestOptions withDelta(boolean newDelta) {
    return new ManifestOptions(
        archiveCheck,
        archiveCopy,
        backupStandby,
        bufferSize,
        checksumPage,
        compression,
        compressLevel,
        compressLevelNetwork,
        newDelta,
        hardlink,
        online,
        processMax);
  }

  /** The same options with the page check decided differently. */
  public ManifestOptions withChecksumPage(boolean newChecksumPage) {
    return new ManifestOptions(
        archiveCheck,
        archiveCopy,
        backupStandby,
        bufferSize,
        newChecksumPage,
        compression,
        compressLevel,
        compressLevelNetwork,
        delta,
        hardlink,
        online,
        processMax);
  }
}

package dev.holdfast.repository.info;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.RepositoryFormat;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestData;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestOptions;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What backup.info holds of one backup.
 *
 * @param label the backup's name
 * @param format the repository format it was written in
 * @param version the program version that made it
 * @param type full, diff or incr
 * @param prior the backup it is based on; null for a full one
 * @param references all other backups that it takes files from, ascending; null for a full one, and
 *     where older versions did not write it
 * @param timestampStart when it began, seconds since 1970
 * @param timestampStop when it ended
 * @param archiveStart the first WAL segment it needs; null when offline
 * @param archiveStop the last WAL segment it needs; null when offline
 * @param lsnStart where replay begins; null when offline
 * @param lsnStop where it is consistent; null when offline
 * @param error whether invalid pages were found; null where older versions did not write it
 * @param sizes how large it is
 * @param historyId the key of its cluster
 * @param options how it was made
 * @param annotations the user's notes; empty when there are none
 * @param unknown keys that only a newer version understands, with their JSON text; kept
 */
public record BackupEntry(
    BackupLabel label,
    int format,
    String version,
    BackupType type,
    @Nullable BackupLabel prior,
    @Nullable List<BackupLabel> references,
    long timestampStart,
    long timestampStop,
    @Nullable WalSegment archiveStart,
    @Nullable WalSegment archiveStop,
    @Nullable Lsn lsnStart,
    @Nullable Lsn lsnStop,
    @Nullable Boolean error,
    Sizes sizes,
    int historyId,
    Options options,
    SortedMap<String, String> annotations,
    SortedMap<String, String> unknown) {

  /** Copies the collections. */
  public BackupEntry {
    references = references == null ? null : List.copyOf(references);
    annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    unknown = Collections.unmodifiableSortedMap(new TreeMap<>(unknown));
  }

  /**
   * A backup's sizes in bytes.
   *
   * @param size of the database files
   * @param sizeDelta of those that were copied in this backup
   * @param repoSize in the repository, with what other backups hold
   * @param repoSizeDelta in the repository, of this backup alone
   * @param repoSizeMap of {@code repoSize}, the block maps; null without block incremental
   * @param repoSizeMapDelta of {@code repoSizeDelta}, the block maps; null without block
   *     incremental
   */
  public record Sizes(
      long size,
      long sizeDelta,
      long repoSize,
      long repoSizeDelta,
      @Nullable Long repoSizeMap,
      @Nullable Long repoSizeMapDelta) {}

  /**
   * How a backup was made.
   *
   * @param archiveCheck whether the WAL was waited for
   * @param archiveCopy whether the WAL was copied into the backup
   * @param backupStandby whether files came from a standby
   * @param checksumPage whether pages were checked
   * @param compress whether files are compressed
   * @param hardlink whether unchanged files were linked
   * @param online whether the cluster ran
   */
  public record Options(
      boolean archiveCheck,
      boolean archiveCopy,
      boolean backupStandby,
      boolean checksumPage,
      boolean compress,
      boolean hardlink,
      boolean online) {}

  /**
   * The entry of a complete backup, with its sizes summed up over the files. What is stored of a
   * file counts as its size where the manifest says nothing of it.
   */
  public static BackupEntry of(Manifest manifest) {
    long size = 0;
    long sizeDelta = 0;
    long repoSize = 0;
    long repoSizeDelta = 0;
    long mapSize = 0;
    long mapSizeDelta = 0;
    boolean error = false;
    for (ManifestFile file : manifest.files()) {
      long stored = file.repoSize() > 0 ? file.repoSize() : file.size();
      size += file.size();
      repoSize += stored;
      mapSize += file.blockMapSize();
      if (file.reference() == null) {
        sizeDelta += file.size();
        repoSizeDelta += stored;
        mapSizeDelta += file.blockMapSize();
      }
      error |= file.hasPageErrors();
    }
    ManifestData data = manifest.data();
    ManifestOptions options = manifest.options();
    boolean blocks = data.blockIncremental();
    boolean full = data.type() == BackupType.FULL;
    return new BackupEntry(
        data.label(),
        RepositoryFormat.NUMBER,
        manifest.version(),
        data.type(),
        full ? null : data.prior(),
        full
            ? null
            : data.references().stream()
                .filter(reference -> !reference.equals(data.label()))
                .sorted()
                .toList(),
        data.timestampStart(),
        data.timestampStop(),
        data.archiveStart(),
        data.archiveStop(),
        data.lsnStart(),
        data.lsnStop(),
        error,
        new Sizes(
            size,
            sizeDelta,
            repoSize,
            repoSizeDelta,
            blocks ? mapSize : null,
            blocks ? mapSizeDelta : null),
        manifest.cluster().historyId(),
        new Options(
            options.archiveCheck(),
            options.archiveCopy(),
            Boolean.TRUE.equals(options.backupStandby()),
            Boolean.TRUE.equals(options.checksumPage()),
            options.compression() != CompressionType.NONE,
            options.hardlink(),
            options.online()),
        data.annotations(),
        new TreeMap<>());
  }

  /** The entry with other annotations. */
  public BackupEntry withAnnotations(SortedMap<String, String> newAnnotations) {
    return new BackupEntry(
        label,
        format,
        version,
        type,
        prior,
        references,
        timestampStart,
        timestampStop,
        archiveStart,
        archiveStop,
        lsnStart,
        lsnStop,
        error,
        sizes,
        historyId,
        options,
        newAnnotations,
        unknown);
  }
}

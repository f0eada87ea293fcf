package dev.holdfast.repository.manifest;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import org.jspecify.annotations.Nullable;

/**
 * One file of a backup. A view, made when it is asked for: {@link ManifestFiles} holds the packed
 * form.
 *
 * @param name the manifest's name, for example {@code pg_data/base/1/1259} or {@code
 *     pg_tblspc/16400/PG_15_202209061/5/16401}
 * @param size bytes that the backup holds of it
 * @param originalSize bytes it had when the manifest was built; differs from {@code size} when the
 *     file grew or shrank during the backup
 * @param repoSize bytes stored for it, also inside a bundle; 0 when nothing is stored
 * @param timestamp modification time, seconds since 1970
 * @param checksum SHA-1 of the content; {@link Sha1Hash#EMPTY} for an empty file, null while it is
 *     not known
 * @param repoChecksum SHA-1 of the stored bytes; null when older versions did not write it
 * @param reference the backup that holds the file; null when it is this one
 * @param bundleId the bundle that holds it, 1 and up; 0 when it is stored by itself
 * @param bundleOffset where it begins in the bundle
 * @param blockSize bytes of a block when it is stored as blocks, a multiple of 8192; else 0
 * @param blockChecksumSize bytes of a block's checksum in the map, 6 to 16; 0 without blocks
 * @param blockMapSize stored bytes of the map, the last ones of {@code repoSize}; 0 when there is
 *     none, and the file is stored whole
 * @param checksumPage whether all pages were valid; null when they were not checked
 * @param checksumPageErrors the invalid pages as the JSON text in the manifest, for example {@code
 *     [1,[4,7]]}; null when there are none
 * @param mode permission bits
 * @param user owner; null when the id had no name
 * @param group group; null when the id had no name
 */
public record ManifestFile(
    String name,
    long size,
    long originalSize,
    long repoSize,
    long timestamp,
    @Nullable Sha1Hash checksum,
    @Nullable Sha1Hash repoChecksum,
    @Nullable BackupLabel reference,
    long bundleId,
    long bundleOffset,
    int blockSize,
    int blockChecksumSize,
    long blockMapSize,
    @Nullable Boolean checksumPage,
    @Nullable String checksumPageErrors,
    int mode,
    @Nullable String user,
    @Nullable String group) {

  /** Block sizes are multiples of this many bytes; the manifest holds the factor. */
  public static final int BLOCK_SIZE_FACTOR = 8192;

  /** The block checksum size that the manifest leaves out. */
  public static final int BLOCK_CHECKSUM_SIZE_MIN = 6;

  /** Checks what one field says of another. */
  public ManifestFile {
    if (name.isEmpty() || size < 0 || originalSize < 0 || repoSize < 0) {
      throw invalid(name, "has no name or a negative size");
    }
    if (bundleId < 0 || bundleOffset < 0 || (bundleId == 0 && bundleOffset != 0)) {
      throw invalid(name, "has an offset without a bundle");
    }
    if (blockSize < 0 || blockSize % BLOCK_SIZE_FACTOR != 0 || blockMapSize < 0) {
      throw invalid(name, "has an invalid block size");
    }
    if ((blockSize == 0) != (blockChecksumSize == 0) || (blockSize == 0 && blockMapSize != 0)) {
      throw invalid(name, "has a block map without a block size");
    }
    if (checksumPageErrors != null && !Boolean.FALSE.equals(checksumPage)) {
      throw invalid(name, "lists invalid pages although none were found");
    }
  }

  private static HoldfastException invalid(String name, String what) {
    return new HoldfastException(ErrorCode.FORMAT, "manifest file '" + name + "' " + what);
  }

  /**
   * A file as it is found in the data directory, before anything is known of its content: stored
   * size 0, no checksum.
   */
  public static ManifestFile found(
      String name,
      long size,
      long timestamp,
      int mode,
      @Nullable String user,
      @Nullable String group) {
    return new ManifestFile(
        name, size, size, 0, timestamp, null, null, null, 0, 0, 0, 0, 0, null, null, mode, user,
        group);
  }

  /** The same file with this much content. */
  public ManifestFile withContent(long newSize, @Nullable Sha1Hash newChecksum) {
    return new ManifestFile(
        name,
        newSize,
        originalSize,
        repoSize,
        timestamp,
        newChecksum,
        repoChecksum,
        reference,
        bundleId,
        bundleOffset,
        blockSize,
        blockChecksumSize,
        blockMapSize,
        checksumPage,
        checksumPageErrors,
        mode,
        user,
        group);
  }

  /** The same file, stored in this many bytes. */
  public ManifestFile withStored(long newRepoSize, @Nullable Sha1Hash newRepoChecksum) {
    return new ManifestFile(
        name,
        size,
        originalSize,
        newRepoSize,
        timestamp,
        checksum,
        newRepoChecksum,
        reference,
        bundleId,
        bundleOffset,
        blockSize,
        blockChecksumSize,
        blockMapSize,
        checksumPage,
        checksumPageErrors,
        mode,
        user,
        group);
  }

  /** The same file, held by another backup or (null) by this one. */
  public ManifestFile withReference(@Nullable BackupLabel newReference) {
    return new ManifestFile(
        name,
        size,
        originalSize,
        repoSize,
        timestamp,
        checksum,
        repoChecksum,
        newReference,
        bundleId,
        bundleOffset,
        blockSize,
        blockChecksumSize,
        blockMapSize,
        checksumPage,
        checksumPageErrors,
        mode,
        user,
        group);
  }

  /** The same file in a bundle; 0 and 0 when it is stored by itself. */
  public ManifestFile withBundle(long newBundleId, long newBundleOffset) {
    return new ManifestFile(
        name,
        size,
        originalSize,
        repoSize,
        timestamp,
        checksum,
        repoChecksum,
        reference,
        newBundleId,
        newBundleOffset,
        blockSize,
        blockChecksumSize,
        blockMapSize,
        checksumPage,
        checksumPageErrors,
        mode,
        user,
        group);
  }

  /** The same file in blocks; all 0 when it is stored whole. */
  public ManifestFile withBlocks(int newBlockSize, int newChecksumSize, long newMapSize) {
    return new ManifestFile(
        name,
        size,
        originalSize,
        repoSize,
        timestamp,
        checksum,
        repoChecksum,
        reference,
        bundleId,
        bundleOffset,
        newBlockSize,
        newChecksumSize,
        newMapSize,
        checksumPage,
        checksumPageErrors,
        mode,
        user,
        group);
  }

  /** The same file with the result of checking its pages. */
  public ManifestFile withPageCheck(@Nullable Boolean valid, @Nullable String errors) {
    return new ManifestFile(
        name,
        size,
        originalSize,
        repoSize,
        timestamp,
        checksum,
        repoChecksum,
        reference,
        bundleId,
        bundleOffset,
        blockSize,
        blockChecksumSize,
        blockMapSize,
        valid,
        errors,
        mode,
        user,
        group);
  }

  /** The same file, found with another size or time. */
  public ManifestFile withOriginal(long newOriginalSize, long newTimestamp) {
    return new ManifestFile(
        name,
        size,
        newOriginalSize,
        repoSize,
        newTimestamp,
        checksum,
        repoChecksum,
        reference,
        bundleId,
        bundleOffset,
        blockSize,
        blockChecksumSize,
        blockMapSize,
        checksumPage,
        checksumPageErrors,
        mode,
        user,
        group);
  }

  /** Whether it is read through a block map. */
  public boolean hasBlockMap() {
    return blockMapSize > 0;
  }

  /** Whether it lies in a bundle. */
  public boolean isBundled() {
    return bundleId > 0;
  }

  /** Whether a page of it was found invalid. */
  public boolean hasPageErrors() {
    return Boolean.FALSE.equals(checksumPage);
  }
}

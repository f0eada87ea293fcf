package dev.holdfast.repository.manifest;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a backup is.
 *
 * @param label its name
 * @param type full, diff or incr
 * @param prior the backup it is based on; null for a full one
 * @param references all backups that it takes files from, oldest first, itself last
 * @param timestampStart when it began, seconds since 1970
 * @param timestampCopyStart when the copying began
 * @param timestampStop when it ended; 0 while it has not
 * @param bundle whether small files are bundled
 * @param bundleRaw whether bundled files are stored in raw mode
 * @param blockIncremental whether files may be stored as blocks
 * @param archiveStart the first WAL segment it needs; null when offline
 * @param archiveStop the last WAL segment it needs; null when offline
 * @param lsnStart where replay begins; null when offline
 * @param lsnStop where it is consistent; null when offline
 * @param annotations the user's notes by their keys; empty when there are none
 */
public record ManifestData(
    BackupLabel label,
    BackupType type,
    @Nullable BackupLabel prior,
    List<BackupLabel> references,
    long timestampStart,
    long timestampCopyStart,
    long timestampStop,
    boolean bundle,
    boolean bundleRaw,
    boolean blockIncremental,
    @Nullable WalSegment archiveStart,
    @Nullable WalSegment archiveStop,
    @Nullable Lsn lsnStart,
    @Nullable Lsn lsnStop,
    SortedMap<String, String> annotations) {

  /** Copies the collections and checks the references. */
  public ManifestData {
    references = List.copyOf(references);
    annotations = java.util.Collections.unmodifiableSortedMap(new java.util.TreeMap<>(annotations));
    if (!references.contains(label)) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "the references of manifest '" + label + "' lack the backup itself");
    }
  }
}

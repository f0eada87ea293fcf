package dev.holdfast.engine.expire;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.WalSegment;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What retention needs to know of a backup.
 *
 * @param label its name
 * @param references the backups it needs to be restored
 * @param historyId the cluster it belongs to, by its id in the info files' history
 * @param stop when it stopped
 * @param walStart the first WAL segment it needs; empty when it was made offline
 * @param walStop the last WAL segment it needs to be consistent; empty when it was made offline
 */
record KnownBackup(
    BackupLabel label,
    Set<BackupLabel> references,
    int historyId,
    Instant stop,
    Optional<WalSegment> walStart,
    Optional<WalSegment> walStop)
    implements Comparable<KnownBackup> {

  KnownBackup {
    references = Set.copyOf(references);
  }

  /** Ordered by label, which is by time within a chain. */
  @Override
  public int compareTo(KnownBackup other) {
    return label.compareTo(other.label);
  }
}

package dev.holdfast.engine.expire;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.WalSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Decides which WAL of one cluster's archive stays. Pure.
 *
 * <p>The WAL that any kept backup needs to become consistent stays, always. From the start of one
 * backup on, the <em>retention backup</em>, all of it stays, so that later moments can be restored:
 * it is the oldest of the newest {@code archive} backups of the policy's type.
 */
final class ArchiveRetention {
  private ArchiveRetention() {}

  /**
   * A stretch of WAL that stays.
   *
   * @param start the first segment
   * @param stop the last segment; null for no end
   * @param backup on whose account
   */
  record Range(WalSegment start, @Nullable WalSegment stop, BackupLabel backup) {
    /** Compares names, as the archive orders them: timelines first. */
    boolean contains(String segmentName) {
      return segmentName.compareTo(start.toString()) >= 0
          && (stop == null || segmentName.compareTo(stop.toString()) <= 0);
    }

    /** Whether any segment of a directory (16 digits) may lie in this stretch. */
    boolean touches(String directory) {
      return directory.compareTo(start.directory()) >= 0
          && (stop == null || directory.compareTo(stop.directory()) <= 0);
    }
  }

  /** What to do with the archive of one history id. */
  sealed interface Decision {
    /** Nothing: too few backups, or none that has WAL. */
    record KeepAll(String reason) implements Decision {}

    /** No backup of this old cluster is left: its whole archive goes. */
    record RemoveAll() implements Decision {}

    /**
     * Everything outside of these stretches goes.
     *
     * @param ranges the retention backup's open stretch is among them
     * @param retention the backup from which on everything stays
     */
    record Keep(List<Range> ranges, KnownBackup retention) implements Decision {
      /** Whether the segment stays. */
      boolean keeps(String segmentName) {
        return ranges.stream().anyMatch(range -> range.contains(segmentName));
      }

      /** Whether any segment of the directory may stay. */
      boolean keepsSome(String directory) {
        return ranges.stream().anyMatch(range -> range.touches(directory));
      }
    }
  }

  /**
   * Decides for one cluster's archive.
   *
   * @param kept all backups of the repository that stay, oldest first
   * @param policy with its archive retention filled in
   * @param historyId the cluster
   * @param current whether it is the cluster that archives now
   */
  static Decision decide(
      List<KnownBackup> kept, RetentionPolicy policy, int historyId, boolean current) {
    OptionalInt wanted = policy.archive();
    if (wanted.isEmpty()) {
      return new Decision.KeepAll("archive retention is not set");
    }
    List<KnownBackup> counting =
        kept.stream().filter(b -> counts(b.label().type(), policy.archiveType())).toList();
    if (counting.isEmpty() || counting.size() < wanted.getAsInt()) {
      return new Decision.KeepAll(
          "fewer backups than archive retention asks for: too soon to expire WAL");
    }
    List<KnownBackup> local = counting.stream().filter(b -> b.historyId() == historyId).toList();
    if (local.isEmpty()) {
      if (current) {
        return new Decision.KeepAll("the current cluster has no backup yet");
      }
      return kept.stream().anyMatch(b -> b.historyId() == historyId)
          ? new Decision.KeepAll("its backups are not of the type that archive retention counts")
          : new Decision.RemoveAll();
    }
    List<KnownBackup> newest =
        counting.subList(counting.size() - wanted.getAsInt(), counting.size());
    // An old cluster stays recoverable from its last backup on although none of the newest is its
    // own.
    KnownBackup retention =
        local.stream().filter(newest::contains).findFirst().orElse(local.getLast());
    Optional<WalSegment> from = retention.walStart();
    if (from.isEmpty()) {
      return new Decision.KeepAll("backup " + retention.label() + " was made offline");
    }
    List<Range> ranges = new ArrayList<>();
    for (KnownBackup backup : kept) {
      if (backup.historyId() != historyId || backup.walStart().isEmpty()) {
        continue;
      }
      if (backup.compareTo(retention) >= 0) {
        // Open for every backup from the retention backup on, not for it alone: a newer backup can
        // lie on an older timeline, whose names sort before the retention backup's.
        ranges.add(new Range(backup.walStart().get(), null, backup.label()));
      } else {
        ranges.add(
            new Range(backup.walStart().get(), backup.walStop().orElse(null), backup.label()));
      }
    }
    return new Decision.Keep(List.copyOf(ranges), retention);
  }

  private static boolean counts(BackupType type, BackupType archiveType) {
    return switch (archiveType) {
      case FULL -> type == BackupType.FULL;
      case DIFF -> type != BackupType.INCR;
      case INCR -> true;
    };
  }
}

package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import java.util.Optional;
import java.util.function.Function;

/**
 * Refuses a restore whose target timeline cannot be reached from the backup, before any byte is
 * written: PostgreSQL would find out only after the whole restore. Follows PostgreSQL's {@code
 * readTimeLineHistory} and {@code tliOfPointInHistory}.
 *
 * @param latest the newest timeline in the archive that is newer than the backup's, if any
 * @param history reads a timeline's history from the archive; throws when it is missing or invalid
 */
record TimelineCheck(Optional<Timeline> latest, Function<Timeline, TimelineHistory> history) {

  /**
   * Checks one backup against one target.
   *
   * @param backupTimeline the timeline on which the backup began
   * @param backupStart where the backup began
   * @throws HoldfastException db-mismatch (58) when the target timeline does not descend from the
   *     backup
   */
  void check(Timeline backupTimeline, Lsn backupStart, RecoveryTarget target) {
    Timeline wanted = wanted(backupTimeline, target);
    if (wanted.equals(backupTimeline)) {
      return;
    }
    Optional<Lsn> left = history.apply(wanted).switchPoint(backupTimeline);
    if (left.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "backup timeline %s, lsn %s is not in the history of target timeline %s"
              .formatted(hex(backupTimeline), backupStart, hex(wanted)),
          "Was the target timeline created by promoting from a timeline before the latest?",
          "Use --target-timeline=current to stay on the backup's own timeline.");
    }
    if (backupStart.compareTo(left.get()) >= 0) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          ("target timeline %s forked from backup timeline %s at %s which is before backup lsn of"
                  + " %s")
              .formatted(hex(wanted), hex(backupTimeline), left.get(), backupStart),
          "Was the target timeline created by accidentally promoting a standby?",
          "Was the target timeline created by testing a restore without --archive-mode=off?",
          "Was the backup made after the target timeline was created?",
          "Use --target-timeline=current to stay on the backup's own timeline.");
    }
  }

  private Timeline wanted(Timeline backup, RecoveryTarget target) {
    String name = target.timeline();
    if (name == null) {
      name = target.type() == RecoveryType.IMMEDIATE ? "current" : "latest";
    }
    if (name.equals("current")) {
      return backup;
    }
    if (name.equals("latest")) {
      return latest.filter(newest -> newest.compareTo(backup) > 0).orElse(backup);
    }
    try {
      return new Timeline(
          name.startsWith("0x")
              ? Long.parseLong(name, 2, name.length(), 16)
              : Long.parseLong(name));
    } catch (NumberFormatException e) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "invalid target timeline '" + name + "'",
          e,
          "Use a number, a hexadecimal number after 0x, current or latest.");
    }
  }

  private static String hex(Timeline timeline) {
    return Long.toHexString(timeline.number()).toUpperCase(java.util.Locale.ROOT);
  }
}

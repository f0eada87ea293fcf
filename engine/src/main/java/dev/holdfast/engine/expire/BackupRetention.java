package dev.holdfast.engine.expire;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Decides which backups retention lets go. Pure: backups in, a decision out. The rules are
 * pgBackRest's ({@code src/command/expire/expire.c}).
 */
final class BackupRetention {
  private final TreeSet<KnownBackup> kept;
  private final List<Expired> expired = new ArrayList<>();
  private boolean windowReached;

  /** Why a set of backups goes. */
  enum Reason {
    /** By name, on request. */
    ADHOC("adhoc"),
    /** More fulls than are kept. */
    FULL("full"),
    /** More diffs than are kept. */
    DIFF("diff"),
    /** Older than the window. */
    TIME("time-based");

    final String word;

    Reason(String word) {
      this.word = word;
    }
  }

  /**
   * A backup that goes, with everything that depends on it.
   *
   * @param reason why
   * @param labels oldest first
   */
  record Expired(Reason reason, List<BackupLabel> labels) {}

  /**
   * What goes and what stays.
   *
   * @param expired in the order in which it was decided
   * @param kept oldest first
   * @param windowReached for retention by time: a full older than the window exists
   */
  record Decision(List<Expired> expired, List<KnownBackup> kept, boolean windowReached) {
    /** How many full backups stay. */
    int fullsKept() {
      return (int) kept.stream().filter(b -> b.label().type() == BackupType.FULL).count();
    }
  }

  private BackupRetention(Collection<KnownBackup> backups) {
    this.kept = new TreeSet<>(backups);
  }

  /** Applies the policy. */
  static Decision decide(Collection<KnownBackup> backups, RetentionPolicy policy, Instant now) {
    BackupRetention retention = new BackupRetention(backups);
    if (policy.full().isPresent()) {
      switch (policy.fullType()) {
        case COUNT -> retention.keepFulls(policy.full().getAsInt());
        case TIME -> retention.keepWindow(policy.windowStart(now));
      }
    }
    if (policy.diff().isPresent()) {
      retention.keepDiffs(policy.diff().getAsInt());
    }
    return retention.decision();
  }

  /**
   * Lets one backup go by name.
   *
   * @throws HoldfastException backup-set-invalid (75) for the last full backup of the current
   *     cluster
   */
  static Decision decideAdhoc(Collection<KnownBackup> backups, BackupLabel label) {
    BackupRetention retention = new BackupRetention(backups);
    List<KnownBackup> fulls = retention.ofTypes(BackupType.FULL);
    KnownBackup newest = fulls.getLast();
    boolean alone =
        fulls.size() == 1 || fulls.get(fulls.size() - 2).historyId() != newest.historyId();
    if (newest.label().equals(label) && alone) {
      throw new HoldfastException(
          ErrorCode.BACKUP_SET_INVALID,
          "full backup "
              + label
              + " cannot be expired until another full backup has been created on this repo");
    }
    retention.expire(Reason.ADHOC, label);
    return retention.decision();
  }

  private Decision decision() {
    return new Decision(List.copyOf(expired), List.copyOf(kept), windowReached);
  }

  private void keepFulls(int count) {
    List<KnownBackup> fulls = ofTypes(BackupType.FULL);
    for (KnownBackup full : fulls.subList(0, Math.max(0, fulls.size() - count))) {
      expire(Reason.FULL, full.label());
    }
  }

  /**
   * Keeps the newest full that stopped before the window (so that any moment inside it can be
   * restored), and everything after it.
   */
  private void keepWindow(Instant start) {
    for (KnownBackup full : ofTypes(BackupType.FULL).reversed()) {
      if (full.stop().isBefore(start)) {
        windowReached = true;
        while (!kept.first().label().equals(full.label())) {
          expire(Reason.TIME, kept.first().label());
        }
        return;
      }
    }
  }

  /** Fulls count as diffs here but are never expired by this rule. */
  private void keepDiffs(int count) {
    List<KnownBackup> diffs = ofTypes(BackupType.FULL, BackupType.DIFF);
    for (KnownBackup diff : diffs.subList(0, Math.max(0, diffs.size() - count))) {
      if (diff.label().type() == BackupType.DIFF && kept.contains(diff)) {
        expire(Reason.DIFF, diff.label());
      }
    }
  }

  private List<KnownBackup> ofTypes(BackupType... types) {
    List<BackupType> wanted = List.of(types);
    return kept.stream().filter(b -> wanted.contains(b.label().type())).toList();
  }

  /** A backup goes with all that need it, however many steps away. */
  private void expire(Reason reason, BackupLabel label) {
    TreeSet<BackupLabel> gone = new TreeSet<>();
    gone.add(label);
    boolean grew = true;
    while (grew) {
      grew = false;
      for (KnownBackup backup : kept) {
        if (backup.references().stream().anyMatch(gone::contains)) {
          grew |= gone.add(backup.label());
        }
      }
    }
    kept.removeIf(backup -> gone.contains(backup.label()));
    expired.add(new Expired(reason, List.copyOf(gone)));
  }
}

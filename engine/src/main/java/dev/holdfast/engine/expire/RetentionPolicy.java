package dev.holdfast.engine.expire;

import dev.holdfast.domain.BackupType;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * How long one repository keeps what: the options {@code repo-retention-*}.
 *
 * @param fullType what {@code full} counts
 * @param full fulls, or days, to keep; empty to keep all
 * @param diff differential backups to keep, fulls counting as such; empty to keep all
 * @param archiveType the type of backup that {@code archive} counts
 * @param archive backups whose WAL is kept without a gap up to now; empty for the default of {@link
 *     #withArchiveDefault}
 * @param historyDays days for which manifests of expired backups stay in the history; empty to keep
 *     them all
 */
public record RetentionPolicy(
    FullType fullType,
    OptionalInt full,
    OptionalInt diff,
    BackupType archiveType,
    OptionalInt archive,
    OptionalInt historyDays) {

  /** What the option {@code repo-retention-full} counts. */
  public enum FullType {
    /** Full backups. */
    COUNT,
    /** Days. */
    TIME
  }

  /** Keeps everything. */
  public static final RetentionPolicy KEEP_ALL =
      new RetentionPolicy(
          FullType.COUNT,
          OptionalInt.empty(),
          OptionalInt.empty(),
          BackupType.FULL,
          OptionalInt.empty(),
          OptionalInt.empty());

  /** Keeps so many full backups, and the WAL from the oldest of them on. */
  public static RetentionPolicy fulls(int count) {
    return new RetentionPolicy(
        FullType.COUNT,
        OptionalInt.of(count),
        OptionalInt.empty(),
        BackupType.FULL,
        OptionalInt.empty(),
        OptionalInt.empty());
  }

  /**
   * The same with pgBackRest's default for {@code archive} filled in: by count, the fulls kept; for
   * type diff, the diffs kept; otherwise none. For time the default is the number of fulls that the
   * window kept, known only after {@link BackupRetention} has decided.
   *
   * @param fullsKept how many full backups the decision keeps
   * @param windowReached whether an older full than the window exists, so that anything expires
   */
  RetentionPolicy withArchiveDefault(int fullsKept, boolean windowReached) {
    if (archive.isPresent()) {
      return this;
    }
    OptionalInt value =
        switch (archiveType) {
          case FULL ->
              fullType == FullType.COUNT
                  ? full
                  : windowReached ? OptionalInt.of(fullsKept) : OptionalInt.empty();
          case DIFF -> diff;
          case INCR -> OptionalInt.empty();
        };
    return new RetentionPolicy(fullType, full, diff, archiveType, value, historyDays);
  }

  /** The instant before which a full backup has to have stopped to satisfy a window of days. */
  Instant windowStart(Instant now) {
    return now.minus(Duration.ofDays(full.orElse(0)));
  }

  /** For this run, keeps one full backup fewer than there are: the option {@code --oldest}. */
  RetentionPolicy keepingFulls(int count) {
    return new RetentionPolicy(
        FullType.COUNT,
        OptionalInt.of(count),
        diff,
        BackupType.FULL,
        OptionalInt.of(count),
        historyDays);
  }
}

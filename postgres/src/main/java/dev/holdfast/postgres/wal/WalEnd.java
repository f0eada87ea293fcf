package dev.holdfast.postgres.wal;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.control.RecoveryControl;
import dev.holdfast.postgres.process.ClusterProcesses;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The end of the valid WAL in a data directory without a running server: what a running one tells
 * as its last replayed position once it has recovered with what lies in {@code pg_wal}.
 *
 * @param history the timeline of the WAL before the end, and how it came about. A standby that has
 *     learnt of a newer timeline, but has no WAL of it, is on the older one; so is one that went on
 *     beyond the point where the newer timeline left
 * @param lsn where the last valid record ends, rounded up to where the next may begin; the start of
 *     the next segment behind a switch of segments
 */
public record WalEnd(TimelineHistory history, Lsn lsn) {

  private static final String HINT_REPLACE =
      "The cluster has lost WAL that its files need. Restore it from a backup, or make it again"
          + " from another node.";

  /**
   * Reads the WAL from the last checkpoint's redo point on and checks every record, as recovery
   * does: crash recovery on the timeline that {@code pg_control} names, with {@code standby.signal}
   * or {@code recovery.signal} recovery on the newest timeline whose history is in {@code pg_wal}.
   * Neither {@code restore_command} nor a recovery target is considered.
   *
   * <p>The result survives a power loss: the segments that hold the last record, and the directory
   * {@code pg_wal}, have been synced when this returns. PostgreSQL syncs each segment itself before
   * it begins the next.
   *
   * <p>It takes as long as reading the WAL since the checkpoint, and one buffer of 1 MiB.
   *
   * @param data the data directory; nobody may start a server on it meanwhile
   * @throws HoldfastException pg-running (38); file-missing (55) without {@code pg_control}, the
   *     first segment or a history; file-invalid (28) when PostgreSQL would refuse to start, when
   *     WAL that the data files need is missing or damaged, or when they are a backup that was not
   *     recovered yet; what {@link PgControlFile#read} throws; format (29) for a damaged history;
   *     what {@link ClusterProcesses#running} throws; file-open (41), file-read (42), file-sync
   *     (52)
   */
  public static WalEnd of(Path data) {
    if (!new ClusterProcesses(data).running().isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PG_RUNNING,
          "PostgreSQL runs on '" + data + "': the end of its WAL moves",
          "A running server tells how far it is.");
    }
    PgControlFile file = PgControlFile.read(data, null);
    expectRecovered(data, file);
    PgControl control = file.control();
    RecoveryControl recovery = file.recovery();
    Path wal = data.resolve("pg_wal");
    RecoveryTimelines timelines =
        RecoveryTimelines.choose(wal, controlled(control, recovery), isArchiveRecovery(data));
    timelines.expectOnTheWay(
        "last checkpoint at " + control.checkpoint(),
        control.checkpoint().plus(1),
        control.timeline());
    recovery
        .minRecoveryPoint()
        .ifPresent(point ->
            timelines.expectOnTheWay(
                "minimum recovery point " + point, point, recovery.minRecoveryTimeline()));
    SegmentFiles files = new SegmentFiles(wal, timelines, control.walSegmentSize());
    expectCheckpoint(data, control, files, timelines, recovery.walPageSize());
    return end(data, control, files, timelines, recovery);
  }

  /**
   * Whether it is a copy whose recovery has not come to the end of the backup: it was never
   * started, or was stopped too soon, and goes on when it is started. What it holds is not known
   * before.
   *
   * @throws HoldfastException as {@link PgControlFile#read}, when it has no usable pg_control
   */
  public static boolean isUnfinishedCopy(Path data) {
    return Files.exists(data.resolve("backup_label"))
        || PgControlFile.read(data, null).recovery().backupUnfinished();
  }

  private static void expectRecovered(Path data, PgControlFile file) {
    if (Files.exists(data.resolve("backup_label"))
        || file.checkpointIsInvalid()
        || file.recovery().backupUnfinished()) {
      throw new HoldfastException(
          ErrorCode.FILE_INVALID,
          "'" + data + "' is a backup that was not recovered yet: its WAL has no end",
          "Start PostgreSQL on it and let it recover.");
    }
  }

  private static boolean isArchiveRecovery(Path data) {
    return Files.exists(data.resolve("standby.signal"))
        || Files.exists(data.resolve("recovery.signal"));
  }

  /**
   * A promoted cluster has the end-of-recovery record as its minimum recovery point until its first
   * checkpoint on the new timeline.
   */
  private static Timeline controlled(PgControl control, RecoveryControl recovery) {
    return control.timeline().compareTo(recovery.minRecoveryTimeline()) < 0
        ? recovery.minRecoveryTimeline()
        : control.timeline();
  }

  private static void expectCheckpoint(
      Path data, PgControl control, SegmentFiles files, RecoveryTimelines timelines, int pageSize) {
    files.expect("last checkpoint", control.checkpoint(), control.timeline());
    try (WalReader reader = reader(control, files, timelines, pageSize, control.checkpoint())) {
      if (!reader.advance() || !reader.atCheckpoint()) {
        throw new HoldfastException(
            ErrorCode.FILE_INVALID,
            "there is no valid checkpoint at "
                + control.checkpoint()
                + " in the WAL of '"
                + data
                + "', as pg_control says",
            HINT_REPLACE);
      }
    }
  }

  private static WalEnd end(
      Path data,
      PgControl control,
      SegmentFiles files,
      RecoveryTimelines timelines,
      RecoveryControl recovery) {
    files.expect("redo point", control.redo(), control.timeline());
    try (WalReader reader =
        reader(control, files, timelines, recovery.walPageSize(), control.redo())) {
      while (reader.advance()) {
        // The reader keeps what matters.
      }
      Lsn end = reader.end();
      expectNotBefore(data, end, "last checkpoint", control.checkpoint().plus(1));
      recovery
          .minRecoveryPoint()
          .ifPresent(point -> expectNotBefore(data, end, "minimum recovery point", point));
      files.sync(reader.lastRecord(), end);
      return new WalEnd(timelines.upTo(end, reader.fileTimeline()), end);
    }
  }

  private static void expectNotBefore(Path data, Lsn end, String what, Lsn needed) {
    if (end.compareTo(needed) < 0) {
      throw new HoldfastException(
          ErrorCode.FILE_INVALID,
          "the valid WAL of '%s' ends at %s, before the %s at %s"
              .formatted(data, end, what, needed),
          HINT_REPLACE);
    }
  }

  private static WalReader reader(
      PgControl control, SegmentFiles files, RecoveryTimelines timelines, int pageSize, Lsn start) {
    WalSegmentSize segmentSize = control.walSegmentSize();
    WalPages pages = new WalPages(files, timelines, control, pageSize);
    return new WalReader(pages, start, pageSize, segmentSize, control.version());
  }
}

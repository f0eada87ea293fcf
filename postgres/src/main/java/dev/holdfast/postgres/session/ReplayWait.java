package dev.holdfast.postgres.session;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits for a standby. */
final class ReplayWait {
  private static final long PAUSE_MILLIS = 100;

  private ReplayWait() {}

  /**
   * Waits until the standby has replayed beyond a position; the timeout begins anew with progress.
   */
  static void untilReplayed(Session standby, Lsn target, Duration timeout) {
    Lsn last = null;
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Lsn replayed = standby.replayed();
      if (replayed == null) {
        throw new HoldfastException(
            ErrorCode.ARCHIVE_TIMEOUT, "the standby has no replay position: is it a standby?");
      }
      if (replayed.compareTo(target) > 0) {
        return;
      }
      long now = System.nanoTime();
      if (last == null || replayed.compareTo(last) > 0) {
        deadline = now + timeout.toNanos();
      }
      last = replayed;
      if (now - deadline >= 0) {
        throw new HoldfastException(
            ErrorCode.ARCHIVE_TIMEOUT,
            "the standby did not replay up to " + target + " in time, only to " + replayed,
            "Is replication running, and is the standby current?",
            "Without the option backup-standby the primary alone is backed up.");
      }
      pause();
    }
  }

  /** Waits until the standby's control file shows a checkpoint at a position or behind it. */
  static void untilCheckpointed(Session standby, Lsn target, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    @Nullable Lsn checkpoint = null;
    do {
      if (checkpoint != null) {
        pause();
      }
      checkpoint = standby.checkpointLsn();
      if (checkpoint.compareTo(target) >= 0) {
        return;
      }
    } while (System.nanoTime() - deadline < 0);
    throw new HoldfastException(
        ErrorCode.ARCHIVE_TIMEOUT,
        "the standby's checkpoint did not come up to "
            + target
            + " in time, only to "
            + checkpoint);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "interrupted while waiting for the standby", e);
    }
  }
}

package dev.holdfast.postgres.session;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A running cluster: its session and its data directory, which must be of the same cluster.
 *
 * <p>Whether it is a standby is what it was when it was opened; {@link #ping} notices a change.
 */
public final class PgCluster implements AutoCloseable {
  private static final int PING_SECONDS = 30;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final ClusterAddress address;
  private final Session session;
  private final boolean standby;
  private PgControl control;
  private long pingedNanos;

  private PgCluster(ClusterAddress address, Session session) {
    this.address = address;
    this.session = session;
    this.standby = session.isInRecovery();
    this.control = readControl();
    this.pingedNanos = System.nanoTime();
  }

  /**
   * Connects to a cluster and reads its control file.
   *
   * @param timeout see {@link Session#open}
   * @param application see {@link Session#open}
   */
  public static PgCluster open(ClusterAddress address, Duration timeout, String application) {
    Session session = Session.open(address.target(), timeout, application);
    try {
      return new PgCluster(address, session);
    } catch (HoldfastException e) {
      session.close();
      throw e;
    }
  }

  private PgControl readControl() {
    return PgControlFile.read(address.pgdata(), address.forcedVersion()).control();
  }

  /** Which of the configured clusters it is: 1 for {@code pg1-}. */
  public int key() {
    return address.key();
  }

  /** Its data directory. */
  public Path pgdata() {
    return address.pgdata();
  }

  /** Its session. */
  public Session session() {
    return session;
  }

  /** What its control file said when it was last read. */
  public PgControl control() {
    return control;
  }

  /** Whether it was a standby when it was opened. */
  public boolean isStandby() {
    return standby;
  }

  /**
   * Checks that the session and the data directory are of one cluster.
   *
   * @throws HoldfastException db-mismatch (58)
   */
  public void requireSameCluster() {
    ClusterSettings settings = session.settings();
    PgVersion version = control.version();
    if (!settings.version().equals(version)
        || !SamePath.is(Path.of(settings.dataDirectory()), address.pgdata())) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "the server has version "
              + settings.version()
              + " and the data directory '"
              + settings.dataDirectory()
              + "', but the control file in '"
              + address.pgdata()
              + "' has version "
              + version,
          "Do pg%1$d-path and pg%1$d-port belong to different clusters?".formatted(key()));
    }
  }

  /**
   * Checks that the server archives its WAL with a command of ours.
   *
   * @param refuseAlways whether to refuse {@code archive_mode=always} (option archive-mode-check)
   * @throws HoldfastException archive-disabled (87), feature-not-supported (67),
   *     archive-command-invalid (68)
   */
  public void requireArchiving(boolean refuseAlways) {
    ClusterSettings settings = session.settings();
    if (settings.archiveMode().equals("off")) {
      throw new HoldfastException(ErrorCode.ARCHIVE_DISABLED, "archive_mode must be enabled");
    }
    if (refuseAlways && settings.archiveMode().equals("always")) {
      throw new HoldfastException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "archive_mode=always is not supported",
          "With it, a standby archives the same segments again.");
    }
    String command = settings.archiveCommand();
    if (!command.contains("holdfast") && !command.contains("pgbackrest")) {
      throw new HoldfastException(
          ErrorCode.ARCHIVE_COMMAND_INVALID,
          "archive_command '" + command + "' must contain holdfast or pgbackrest");
    }
  }

  /**
   * Begins a backup on a primary, and checks that what we see of its files fits what it says.
   *
   * @param fast whether to force a checkpoint
   * @param checkArchive whether to give a complete segment whose arrival can be waited for
   * @throws HoldfastException db-mismatch (58) when the control file does not show the backup's
   *     checkpoint or timeline
   */
  public BackupStart startBackup(boolean fast, boolean checkArchive) {
    WalSegment before = checkArchive ? session.currentSegment() : null;
    BackupStart start = session.startBackup(fast);
    PgControl now = readControl();
    if (now.checkpoint().compareTo(start.lsn()) < 0) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "the control file's checkpoint "
              + now.checkpoint()
              + " is before the backup's start "
              + start.lsn(),
          "Does the data directory belong to the server, and does it show its current files?");
    }
    // The segment is switched by the start, unless nothing was written since the last switch.
    if (before != null && before.equals(start.segment())) {
      session.switchWal();
    }
    if (!start.segment().timeline().equals(control.timeline())) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "the server's timeline "
              + start.segment().timeline()
              + " is not the control file's "
              + control.timeline());
    }
    return new BackupStart(start.lsn(), start.segment(), before);
  }

  /** Ends the backup. */
  public BackupStop stopBackup() {
    return session.stopBackup();
  }

  /**
   * Waits until this standby's files hold everything up to a position of the primary.
   *
   * @param timeout how long to wait without any progress
   * @throws HoldfastException archive-timeout (82), db-mismatch (58) when it follows another
   *     timeline or is ahead
   */
  public void waitForReplay(Lsn target, Timeline timeline, Duration timeout) {
    if (control.checkpoint().compareTo(target) > 0) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "the standby's checkpoint " + control.checkpoint() + " is ahead of " + target,
          "The standby does not follow this primary.");
    }
    ReplayWait.untilReplayed(session, target, timeout);
    session.checkpoint();
    ReplayWait.untilCheckpointed(session, target, timeout);
    control = readControl();
    if (!control.timeline().equals(timeline)) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "the standby is on timeline " + control.timeline() + ", the primary on " + timeline);
    }
  }

  /**
   * Keeps the session alive and checks that the cluster has not changed its part; does so twice a
   * minute at most, so it may be called often.
   *
   * @throws HoldfastException db-mismatch (58)
   */
  public void ping() {
    long now = System.nanoTime();
    if (now - pingedNanos < PING_SECONDS * NANOS_PER_SECOND) {
      return;
    }
    pingedNanos = now;
    pingNow();
  }

  /** Like {@link #ping}, whenever it was last done. */
  public void pingNow() {
    if (session.isInRecovery() != standby) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          standby ? "the standby is not in recovery any more" : "the primary has become a standby",
          "Was the cluster promoted or restarted during the backup?");
    }
  }

  /** The version to take the files for; null when they say themselves. */
  public @Nullable PgVersion forcedVersion() {
    return address.forcedVersion();
  }

  @Override
  public void close() {
    session.close();
  }
}

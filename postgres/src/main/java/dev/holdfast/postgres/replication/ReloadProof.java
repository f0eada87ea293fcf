package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.session.SessionTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * That changed settings are in force, in every process on which a synchronous commit depends.
 *
 * <p>A backend waits for standbys if a flag in shared memory says so; the checkpointer keeps that
 * flag. WAL senders, each by its own reading of {@code synchronous_standby_names}, let it go. No
 * view shows which settings another process has read, so it is concluded:
 *
 * <ol>
 *   <li>A new session has the new settings: the postmaster has read them, and signalled everybody
 *       before it forked that session (both are done by its one thread).
 *   <li>Each process concerned has then been awakened once more, and has gone to sleep in its main
 *       loop after that. The signal's handler sets the latch on which the loop sleeps, and the loop
 *       reads the settings before it sleeps: nothing sleeps there with a signal unread.
 * </ol>
 *
 * Going to sleep is seen in the kernel's count of voluntary context switches, and where it sleeps
 * in {@code pg_stat_activity}. Facts of PostgreSQL 13 to 18: {@code HandleCheckpointerInterrupts},
 * {@code WalSndLoop}, {@code SyncRepWaitForLSN}, {@code process_pm_reload_request}.
 */
public final class ReloadProof {
  /** Where the processes concerned sleep between two readings. */
  private static final Set<String> MAIN_LOOPS =
      Set.of("CheckpointerMain", "CheckpointWriteDelay", "WalSenderMain", "WalSenderWriteData");

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(2);
  private static final String SWITCHES = "voluntary_ctxt_switches:";

  private final SessionTarget target;
  private final Map<String, String> environment;

  /** For the server at a target. */
  public ReloadProof(SessionTarget target, Map<String, String> environment) {
    this.target = target;
    this.environment = environment;
  }

  /**
   * Has the settings read, and returns when they are in force.
   *
   * @param version their number, as {@link ManagedSettings} wrote it
   * @param confirming the {@code synchronous_standby_names} among them
   * @throws HoldfastException db-query (57) when somebody has not read them within the time, or
   *     when other settings take precedence
   */
  public void reload(long version, String confirming, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (ReplicationSession first = ReplicationSession.open(target, timeout, environment)) {
      first.reload();
    }
    long seen = seenByNewSession();
    while (seen != version) {
      if (System.nanoTime() - deadline > 0) {
        throw new HoldfastException(
            ErrorCode.DB_QUERY,
            "PostgreSQL works with version " + seen + " of our settings instead of " + version,
            "Does postgresql.conf still include holdfast.conf at its end?",
            "PostgreSQL's log says why it could not read its settings.");
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      seen = seenByNewSession();
    }
    try (ReplicationSession session = ReplicationSession.open(target, timeout, environment)) {
      String inForce = session.synchronousStandbyNames();
      if (!inForce.equals(confirming)) {
        throw new HoldfastException(
            ErrorCode.DB_QUERY,
            "synchronous_standby_names is '" + inForce + "' and not '" + confirming + "'",
            "Somebody has set it elsewhere: ALTER SYSTEM RESET synchronous_standby_names,",
            "and leave holdfast.conf the last that postgresql.conf includes.");
      }
      awaitEverybody(session, deadline);
    }
  }

  private long seenByNewSession() {
    try (ReplicationSession session =
        ReplicationSession.open(target, Duration.ofSeconds(1), environment)) {
      return session.version();
    }
  }

  private static void awaitEverybody(ReplicationSession session, long deadline) {
    Map<Long, Long> waiting = new HashMap<>();
    for (long pid : session.concerned().keySet()) {
      waiting.put(pid, switches(pid));
    }
    session.reload();
    while (!waiting.isEmpty()) {
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      Set<Long> awake = new HashSet<>();
      waiting.forEach((pid, before) -> {
        if (switches(pid) == before) {
          awake.add(pid);
        }
      });
      // Asked after the counts were taken: who sleeps in its loop now has gone to sleep since.
      Map<Long, String> now = session.concerned();
      waiting
          .keySet()
          .removeIf(pid ->
              !now.containsKey(pid)
                  || (!awake.contains(pid) && MAIN_LOOPS.contains(now.getOrDefault(pid, ""))));
      if (System.nanoTime() - deadline > 0 && !waiting.isEmpty()) {
        throw new HoldfastException(
            ErrorCode.DB_QUERY,
            "processes " + waiting.keySet() + " of PostgreSQL have not read the new settings",
            "They may wait for a disk, or be stopped.");
      }
    }
  }

  /** How often a process has gone to sleep by itself; -1 when it has ended. */
  private static long switches(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
        if (line.startsWith(SWITCHES)) {
          return Long.parseLong(line.substring(SWITCHES.length()).strip());
        }
      }
      return -1;
    } catch (NoSuchFileException e) {
      return -1;
    } catch (IOException e) {
      if (!Files.exists(Path.of("/proc", Long.toString(pid)))) {
        return -1;
      }
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to look at process " + pid + ": " + e.getMessage(), e);
    }
  }
}

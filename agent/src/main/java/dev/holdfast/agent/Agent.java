package dev.holdfast.agent;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.storage.posix.Flock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;

/** The process beside one cluster. */
public final class Agent {
  private static final int LOCK_MODE = 0600;
  private static final String DIRECTORY_MODE = "rwxr-x---";

  private final AgentPaths paths;
  private final Supplier<WalTasks> tasks;
  private final Reporter reporter;

  /**
   * An agent; nothing runs yet.
   *
   * @param tasks the work by the configuration of the moment at which it is asked; throws {@link
   *     HoldfastException} when there is something wrong with it or the stanza was stopped
   */
  public Agent(AgentPaths paths, Supplier<WalTasks> tasks, Reporter reporter) {
    this.paths = paths;
    this.tasks = tasks;
    this.reporter = reporter;
  }

  /**
   * Serves until the calling thread is interrupted.
   *
   * @param systemd is told when requests are answered, and when they are no longer
   * @throws HoldfastException lock-acquire (50) when another agent serves the stanza on this host;
   *     path-create (47), access (105), service (101) when there is no safe place for the socket
   */
  public void run(SystemdNotice systemd) {
    prepareSpool();
    try (Flock lock = lock();
        WalRequests requests = new WalRequests(tasks, reporter);
        AgentSocket socket = AgentSocket.open(paths.socket(), requests, reporter);
        WalStreaming streaming = new WalStreaming(tasks, reporter)) {
      lock.overwrite((ProcessHandle.current().pid() + "\n").getBytes());
      reporter.info("the agent of stanza '" + paths.stanza() + "' listens on " + paths.socket());
      systemd.ready();
      new PushAhead(requests, reporter).run();
      // The interruption has been obeyed; what is left is to close in peace.
      Thread.interrupted();
      systemd.stopping();
      reporter.info("the agent ends");
    }
  }

  private Flock lock() {
    return Flock.tryAcquire(paths.lock(), Flock.Kind.EXCLUSIVE, LOCK_MODE)
        .orElseThrow(() ->
            new HoldfastException(
                ErrorCode.LOCK_ACQUIRE,
                "another agent serves stanza '" + paths.stanza() + "' on this host",
                "its process id is in '" + paths.lock() + "'."));
  }

  private void prepareSpool() {
    Path spool = paths.spoolPath();
    try {
      Files.createDirectories(
          spool,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(DIRECTORY_MODE)));
      if (Files.getPosixFilePermissions(spool).contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new HoldfastException(
            ErrorCode.ACCESS,
            "everybody can write to the spool path '" + spool + "'",
            "whoever can may answer in the agent's place that WAL is archived: chmod o-w it.");
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE, "unable to create the spool path '" + spool + "'", e);
    }
  }
}

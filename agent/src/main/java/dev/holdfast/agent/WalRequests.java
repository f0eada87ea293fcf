package dev.holdfast.agent;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.archive.RecoveryPatience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** What PostgreSQL asks for: that a segment be archived, or brought. */
final class WalRequests implements AutoCloseable {
  private final Supplier<WalTasks> tasks;
  private final SingleWorker pushing;
  private final SingleWorker fetching;

  /**
   * Requests.
   *
   * @param tasks the work by the configuration of now; throws what is wrong with it, and stop (62)
   *     when the stanza was stopped
   */
  WalRequests(Supplier<WalTasks> tasks, Reporter reporter) {
    this.tasks = tasks;
    this.pushing = new SingleWorker("push", reporter);
    this.fetching = new SingleWorker("fetch", reporter);
  }

  /**
   * Returns when a WAL file is durable in every repository.
   *
   * @param walFile absolute path in the cluster's WAL directory
   * @throws HoldfastException what keeps it from being archived
   */
  void push(Path walFile) {
    WalTasks now = tasks.get();
    Path directory = walFile.getParent();
    if (directory == null || !isSame(directory, now.walDirectory())) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "the agent archives '" + now.walDirectory() + "', and not '" + walFile + "'",
          "Do archive_command's --stanza and the agent's pg1-path belong to this cluster?");
    }
    Path ready = directory.resolve("archive_status").resolve(walFile.getFileName() + ".ready");
    if (Files.exists(ready)) {
      now.push().awaitPush(walFile, files -> pushing.start(() -> now.push().pushReady(directory)));
    } else {
      // Asked for by a person: PostgreSQL asks for what it has listed as ready.
      now.push().pushAlone(walFile);
    }
  }

  /** Pushes what is ready without being asked; nothing when all of it is pushed. */
  void pushAhead() {
    WalTasks now = tasks.get();
    Path directory = now.walDirectory();
    if (isArchiving(now.dataDirectory()) && now.push().hasWork(directory)) {
      pushing.start(() -> now.push().pushReady(directory));
    }
  }

  /** Whether anything is pushed or fetched at this moment. */
  boolean isWorking() {
    return pushing.isWorking() || fetching.isWorking();
  }

  /** Where the WAL is, by the configuration of now. */
  Path walDirectory() {
    return tasks.get().walDirectory();
  }

  /**
   * Brings a WAL file.
   *
   * @return false if every repository conclusively lacks it
   * @throws HoldfastException whatever keeps the archive from answering
   */
  boolean get(String walFile, Path destination) {
    WalTasks now = tasks.get();
    return new RecoveryPatience(now.dataDirectory(), now.timeout())
        .attempt(() ->
            now.get()
                .get(
                    walFile,
                    destination,
                    segments -> fetching.start(() -> now.get().fetchAhead(segments))));
  }

  /**
   * Fetches on behind a segment that was taken from the spool.
   *
   * @throws HoldfastException param-invalid (96) for the name of anything else
   */
  void fetchOn(String walFile) {
    WalTasks now = tasks.get();
    now.get().fetchOn(walFile, segments -> fetching.start(() -> now.get().fetchAhead(segments)));
  }

  /**
   * A server that is down or in recovery archives nothing: what lies ready there may be WAL that a
   * failover has left behind, and only PostgreSQL knows whether it will be wanted.
   */
  private static boolean isArchiving(Path dataDirectory) {
    return Files.exists(dataDirectory.resolve("postmaster.pid"))
        && !Files.exists(dataDirectory.resolve("standby.signal"))
        && !Files.exists(dataDirectory.resolve("recovery.signal"));
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    pushing.close();
    fetching.close();
  }
}

package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A database host, as the backup server sees it: a verb is started there over ssh, finds the
 * repositories of this host on that very connection, and tells what it does and how it ends.
 */
public final class DatabaseHost implements AutoCloseable {
  /** For a verb to give up: PostgreSQL's backup to be stopped, files to be removed. */
  private static final long FAREWELL_MILLIS = 8000;

  /** Hears what the verb says, in the order in which it says it. */
  public interface Listener {
    /** A line of the log. */
    void log(String level, int worker, String message);

    /** How far the verb is. */
    void progress(String activity, long doneBytes, long totalBytes);

    /** How far the verb is, for those who look at the locks. */
    void lockProgress(long totalBytes, long doneBytes);
  }

  private final RemotePeer peer;
  private final List<String> arguments;
  private final Listener listener;
  private final CompletableFuture<ClusterRole> role = new CompletableFuture<>();
  private final CompletableFuture<List<String>> decision = new CompletableFuture<>();
  private final CompletableFuture<Void> result = new CompletableFuture<>();

  private DatabaseHost(RemotePeer peer, List<String> arguments, Listener listener) {
    this.peer = peer;
    this.arguments = List.copyOf(arguments);
    this.listener = listener;
  }

  /**
   * Starts the program there, which then looks at its clusters.
   *
   * @param host its name, for messages
   * @param command ssh
   * @param version ours, which it must have as well
   * @param repositories what it may use, by number
   * @param arguments with which the verb looks at the clusters
   * @throws HoldfastException execute (102) when ssh cannot be started
   */
  public static DatabaseHost start(
      String host,
      List<String> command,
      String version,
      Map<Integer, ServedStorage> repositories,
      List<String> arguments,
      Listener listener) {
    RemotePeer peer = RemotePeer.start(host, command, Purpose.DATABASE);
    DatabaseHost started = new DatabaseHost(peer, arguments, listener);
    Thread.ofVirtual()
        .name("verb on " + host)
        .start(() -> started.serve(version, Map.copyOf(repositories)));
    return started;
  }

  private void serve(String version, Map<Integer, ServedStorage> repositories) {
    HoldfastException end;
    try (InputStream input = new BufferedInputStream(peer.input(), 256 * 1024)) {
      String theirs = Greeting.await(Purpose.DATABASE, input, peer.host());
      if (theirs == null) {
        end = peer.failure("it ended before it greeted");
      } else if (!theirs.equals(version)) {
        end = otherVersion(theirs, version);
      } else {
        RemoteServer.serve(repositories, this::perform, input, peer.output());
        end = peer.failure("the connection ended");
      }
    } catch (IOException e) {
      end = peer.failure(String.valueOf(e.getMessage()));
    } catch (HoldfastException e) {
      end = e;
    }
    role.completeExceptionally(end);
    decision.completeExceptionally(end);
    result.completeExceptionally(end);
  }

  private HoldfastException otherVersion(String theirs, String version) {
    return new HoldfastException(
        ErrorCode.PROTOCOL,
        "there is Holdfast " + theirs + " on '" + peer.host() + "', and here " + version,
        "Install the same version of Holdfast on both hosts.");
  }

  private void perform(Kind kind, Frame request, Frame answer) {
    switch (kind) {
      case TASK -> ClusterRole.putAll(answer, arguments);
      case ROLE -> {
        role.complete(ClusterRole.take(request));
        ClusterRole.putAll(answer, decision.join());
      }
      case LOG -> listener.log(request.takeString(), request.takeInt(), request.takeString());
      case PROGRESS ->
          listener.progress(request.takeString(), request.takeLong(), request.takeLong());
      case LOCK_PROGRESS -> listener.lockProgress(request.takeLong(), request.takeLong());
      case RESULT -> end(request);
      default -> throw new HoldfastException(ErrorCode.PROTOCOL, "the verb has no request " + kind);
    }
  }

  private void end(Frame request) {
    if (request.takeBoolean()) {
      HoldfastException error = request.takeError(peer.where());
      role.completeExceptionally(error);
      result.completeExceptionally(error);
    } else {
      result.complete(null);
    }
  }

  /** The host's name. */
  public String host() {
    return peer.host();
  }

  /**
   * Waits for what the host found.
   *
   * @throws HoldfastException host-connect (49), protocol (39), or what the verb met there
   */
  public ClusterRole role() {
    return await(role);
  }

  /**
   * Lets the verb run, and waits for its end.
   *
   * @param withArguments the verb and its options
   * @throws HoldfastException what it throws, with the host's name; host-connect (49) when the
   *     connection is lost before it ended
   */
  public void run(List<String> withArguments) {
    decision.complete(List.copyOf(withArguments));
    await(result);
  }

  private <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HoldfastException reason) {
        throw new HoldfastException(
            reason.code(),
            String.valueOf(reason.getMessage()),
            e,
            reason.hints().toArray(String[]::new));
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(
          ErrorCode.TERM, "interrupted while the verb runs on '" + peer.host() + "'", e);
    }
  }

  /** Ends the program there, and waits for that as long as it may take. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      decision.complete(List.of());
      peer.close(FAREWELL_MILLIS);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

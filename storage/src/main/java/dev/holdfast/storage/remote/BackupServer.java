package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The backup server, as a verb sees it that runs for it on a database host: gives the verb its
 * arguments and its repositories, and is told what the verb says.
 */
public final class BackupServer {
  /** Until the verb's own options are known. */
  private static final Duration FIRST_TIMEOUT = Duration.ofSeconds(60);

  private final RemoteConnection connection;
  private final RemoteChannel verb;

  private BackupServer(RemoteConnection connection) {
    this.connection = connection;
    this.verb = connection.channel(RemoteChannel.MAIN);
  }

  /** Greets the backup server that started this process over ssh. */
  public static BackupServer greet(String version, InputStream input, OutputStream output) {
    try {
      output.write(Greeting.line(Purpose.DATABASE, version));
      output.flush();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PROTOCOL, "unable to greet the backup server: " + e.getMessage(), e);
    }
    return new BackupServer(
        RemoteConnection.open(new StreamPeer(input, output), FIRST_TIMEOUT, false));
  }

  /** Sets the longest wait for an answer. */
  public void timeout(Duration longest) {
    connection.timeout(longest);
  }

  /** What to do when the backup server goes away, on another thread. */
  public void onLoss(Runnable action) {
    connection.onLoss(action);
  }

  /** The arguments with which to look at the clusters of this host. */
  public List<String> task() {
    return ClusterRole.takeAll(verb.call(verb.request(Kind.TASK)));
  }

  /**
   * Tells what there is on this host, and waits until the backup server has heard of all.
   *
   * @return the arguments to run the verb with; empty when it is another host's turn
   */
  public Optional<List<String>> decision(ClusterRole role) {
    List<String> arguments = ClusterRole.takeAll(verb.call(role.put(verb.request(Kind.ROLE))));
    return arguments.isEmpty() ? Optional.empty() : Optional.of(arguments);
  }

  /** Says a line of the log there. */
  public void log(String level, int worker, String message) {
    verb.send(verb.request(Kind.LOG).put(level).put(worker).put(message));
  }

  /** Says how far the verb is. */
  public void progress(String activity, long doneBytes, long totalBytes) {
    verb.send(verb.request(Kind.PROGRESS).put(activity).put(doneBytes).put(totalBytes));
  }

  /** Tells those who look at the locks how far the verb is. */
  public void lockProgress(long totalBytes, long doneBytes) {
    verb.send(verb.request(Kind.LOCK_PROGRESS).put(totalBytes).put(doneBytes));
  }

  /** The repository with this number, which the backup server has. */
  public RemoteStorage repository(int key) {
    return RemoteStorage.over(connection.channel(key));
  }

  /** Tells the verb's success, after which the backup server ends the connection. */
  public void succeeded() {
    verb.call(verb.request(Kind.RESULT).put(false));
  }

  /** Tells why the verb failed, if there is still somebody to tell it to. */
  public void failed(HoldfastException error) {
    if (!connection.isOpen()) {
      return;
    }
    try {
      verb.call(verb.request(Kind.RESULT).put(true).put(error));
    } catch (HoldfastException e) {
      // It is gone; our own exit code tells the same.
    }
  }

  /** The streams with which this process was started. */
  private record StreamPeer(InputStream input, OutputStream output) implements Peer {
    @Override
    public String host() {
      return "the backup server";
    }

    @Override
    public String where() {
      return "";
    }

    @Override
    public HoldfastException failure(String what) {
      return new HoldfastException(
          ErrorCode.HOST_CONNECT, "lost the connection to the backup server: " + what);
    }

    @Override
    public void close() {
      try {
        output.close();
      } catch (IOException e) {
        // It is closed already.
      }
    }
  }
}

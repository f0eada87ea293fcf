package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program on the other host, and ssh before it. It ends with us: the end of its input ends it.
 */
final class RemotePeer implements Peer {
  private static final int MAX_COMPLAINT = 2000;
  private static final long LAST_WORDS_MILLIS = 2000;

  private final String host;
  private final Process process;
  private final Purpose purpose;
  private final StringBuffer complaint = new StringBuffer();
  private final Thread listener;

  private RemotePeer(String host, Process process, Purpose purpose) {
    this.host = host;
    this.purpose = purpose;
    this.process = process;
    this.listener = Thread.ofVirtual().start(this::listen);
  }

  static RemotePeer start(String host, List<String> command, Purpose purpose) {
    try {
      return new RemotePeer(host, new ProcessBuilder(command).start(), purpose);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.EXECUTE,
          "unable to start '" + command.getFirst() + "' to reach '" + host + "': " + e.getMessage(),
          e,
          "The option cmd-ssh names the program.");
    }
  }

  private void listen() {
    byte[] buffer = new byte[1024];
    try (InputStream error = process.getErrorStream()) {
      int count;
      while ((count = error.read(buffer)) >= 0) {
        int room = MAX_COMPLAINT - complaint.length();
        if (room > 0) {
          String said = new String(buffer, 0, count, StandardCharsets.UTF_8);
          complaint.append(said, 0, Math.min(room, said.length()));
        }
      }
    } catch (IOException e) {
      // The process was ended; what it said until then is there.
    }
  }

  @Override
  public String host() {
    return host;
  }

  @Override
  public String where() {
    return " (on '" + host + "')";
  }

  @Override
  public InputStream input() {
    return process.getInputStream();
  }

  @Override
  public OutputStream output() {
    return process.getOutputStream();
  }

  /** The error for a peer that ended or broke, with its last words. */
  @Override
  public HoldfastException failure(String what) {
    try {
      process.waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
      listener.join(LAST_WORDS_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String said = complaint.toString().strip();
    String exit = process.isAlive() ? "" : " (exit code " + process.exitValue() + ")";
    return new HoldfastException(
        ErrorCode.HOST_CONNECT,
        purpose.failure() + " '" + host + "': " + what + exit + (said.isEmpty() ? "" : ": " + said),
        "Can this user log in there with ssh, without being asked anything, and is Holdfast"
            + " installed there ("
            + purpose.commandOption()
            + ")? pgBackRest alone cannot "
            + purpose.duty()
            + ".");
  }

  @Override
  public void close() {
    close(LAST_WORDS_MILLIS);
  }

  /** Ends the input of the program there, and after a time ssh. */
  void close(long millis) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It ended before.
    }
    try {
      if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
        process.destroy();
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
    }
  }
}

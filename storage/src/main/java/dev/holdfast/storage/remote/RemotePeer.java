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
final class RemotePeer implements AutoCloseable {
  private static final int MAX_COMPLAINT = 2000;
  private static final long LAST_WORDS_MILLIS = 2000;

  private final String host;
  private final Process process;
  private final StringBuffer complaint = new StringBuffer();
  private final Thread listener;

  private RemotePeer(String host, Process process) {
    this.host = host;
    this.process = process;
    this.listener = Thread.ofVirtual().start(this::listen);
  }

  static RemotePeer start(String host, List<String> command) {
    try {
      return new RemotePeer(host, new ProcessBuilder(command).start());
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

  String host() {
    return host;
  }

  InputStream input() {
    return process.getInputStream();
  }

  OutputStream output() {
    return process.getOutputStream();
  }

  /** The error for a peer that ended or broke, with its last words. */
  HoldfastException failure(String what) {
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
        "unable to use the repository on '"
            + host
            + "': "
            + what
            + exit
            + (said.isEmpty() ? "" : ": " + said),
        "Can this user log in there with ssh, without being asked anything, and is Holdfast"
            + " installed there (repo-host-cmd)? pgBackRest alone cannot serve it.");
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It ended before.
    }
    try {
      if (!process.waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)) {
        process.destroy();
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
    }
  }
}

package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a cluster of ours lives.
 *
 * @param data the data directory
 * @param sockets the directory of its Unix socket
 * @param log the server's log file
 * @param port the port, which also names the socket
 */
public record ClusterPlace(Path data, Path sockets, Path log, int port) {
  /** What the kernel allows for the path of a Unix socket, its terminating zero left out. */
  private static final int MAX_SOCKET_PATH_BYTES = 107;

  /** Checks that a socket fits. */
  public ClusterPlace {
    if (port < 1 || port > 65535) {
      throw new HoldfastException(ErrorCode.PARAM_INVALID, "port " + port + " is out of range");
    }
    String socket = sockets.resolve(".s.PGSQL." + port).toString();
    if (socket.getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH_BYTES) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "the path '" + socket + "' is too long for a Unix socket",
          "Use a directory with a shorter path, for example below /tmp.");
    }
  }

  /**
   * The usual arrangement below one directory, with a port that is free now, as the name of a
   * socket in that directory too: a cluster without TCP takes no port that the system knows of.
   */
  public static ClusterPlace below(Path directory, String name) {
    int port = freePort();
    while (Files.exists(directory.resolve(".s.PGSQL." + port + ".lock"))) {
      port = freePort();
    }
    return new ClusterPlace(
        directory.resolve(name), directory, directory.resolve(name + ".log"), port);
  }

  /** A TCP port that nothing listens on now. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.SERVICE, "unable to find a free port: " + e.getMessage(), e);
    }
  }
}

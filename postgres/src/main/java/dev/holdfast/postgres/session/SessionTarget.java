package dev.holdfast.postgres.session;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whereto and as whom a session connects, with libpq's meanings, so that what psql and pgBackRest
 * connect to with the same settings is the same cluster.
 *
 * @param socketPath the directory of the Unix socket, or a host name for TCP; null for {@code
 *     PGHOST} or the usual directory
 * @param port the port, which also names the socket
 * @param database the database
 * @param user the role; null for {@code PGUSER} or the operating system's user
 */
public record SessionTarget(
    @Nullable String socketPath, int port, String database, @Nullable String user) {

  /** Where PostgreSQL is built to put its socket: Debian and Red Hat, then PostgreSQL itself. */
  static final List<String> USUAL_SOCKET_DIRECTORIES = List.of("/var/run/postgresql", "/tmp");

  /** The socket's directory or the host's name, with the defaults applied. */
  String host(Map<String, String> environment) {
    if (socketPath != null) {
      return socketPath;
    }
    String fromEnvironment = environment.get("PGHOST");
    if (fromEnvironment != null && !fromEnvironment.isEmpty()) {
      return fromEnvironment;
    }
    for (String directory : USUAL_SOCKET_DIRECTORIES) {
      if (Files.exists(Path.of(directory, socketName()))) {
        return directory;
      }
    }
    return USUAL_SOCKET_DIRECTORIES.getFirst();
  }

  /** The role, with the defaults applied. */
  String role(Map<String, String> environment) {
    if (user != null) {
      return user;
    }
    String fromEnvironment = environment.get("PGUSER");
    return fromEnvironment != null && !fromEnvironment.isEmpty()
        ? fromEnvironment
        : System.getProperty("user.name");
  }

  /** The name of the socket in its directory. */
  String socketName() {
    return ".s.PGSQL." + port;
  }
}

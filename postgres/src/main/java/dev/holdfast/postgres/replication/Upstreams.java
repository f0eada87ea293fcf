package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.postgres.file.DurableFile;
import dev.holdfast.postgres.session.SessionTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file that tells libpq where a service is ({@code pg_service.conf}), and so the valve of a
 * standby's stream: a WAL receiver that connects reads it, and none can connect to a service that
 * it does not name.
 *
 * <p>It holds at most two services: the upstream's, which a WAL receiver uses, and the source's of
 * a copy or a rewind. Written beside and renamed, durable before anything rests on it, mode 0600:
 * it has the password.
 */
public final class Upstreams {
  /** The variable that tells libpq where the file is. */
  public static final String VARIABLE = "PGSERVICEFILE";

  /** The service that {@code pg_rewind} and {@code pg_basebackup} connect to. */
  static final String SOURCE = "holdfast_source";

  private static final String DATABASE = "postgres";

  private final Path file;
  private final String role;
  private final String password;

  /**
   * For one node.
   *
   * @param file the service file
   * @param role whom a WAL receiver connects as
   * @param password the role's
   */
  public Upstreams(Path file, String role, String password) {
    this.file = file;
    this.role = role;
    this.password = password;
  }

  /** The service file. */
  public Path file() {
    return file;
  }

  /** The name of the service for a node. */
  static String service(int node) {
    return "holdfast_node_" + node;
  }

  /** The node that a WAL receiver may connect to; empty when it may not connect at all. */
  public Optional<Integer> upstream() {
    String prefix = "[" + service(0).substring(0, service(0).length() - 1);
    return lines().stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> Integer.valueOf(line.substring(prefix.length(), line.length() - 1)))
        .findFirst();
  }

  /**
   * Lets a WAL receiver connect to a node.
   *
   * @param node its number
   * @param address where it is
   */
  public void open(int node, ServerAddress address) {
    write(section(service(node), address));
  }

  /** Lets no WAL receiver connect any more. Those that are there stay. */
  public void close() {
    write("");
  }

  /** Closes it for WAL receivers, and names the source of a copy. */
  void source(ServerAddress address) {
    write(section(SOURCE, address) + "dbname=" + DATABASE + "\n");
  }

  /** The same for a session of our own; the password comes with {@link #environment}. */
  SessionTarget target(ServerAddress address) {
    return new SessionTarget(address.host(), address.port(), DATABASE, role);
  }

  /** What libpq would find in its variables. */
  Map<String, String> environment() {
    return Map.of("PGPASSWORD", password);
  }

  private String section(String service, ServerAddress address) {
    return """
    [%s]
    host=%s
    port=%d
    user=%s
    password=%s
    connect_timeout=5
    keepalives_idle=10
    keepalives_interval=5
    keepalives_count=3
    tcp_user_timeout=30000
    """
        .formatted(service, address.host(), address.port(), role, password);
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + file + "': " + e.getMessage(), e);
    }
  }

  private void write(String services) {
    DurableFile.write(
        file, ("# Written by holdfast keeper.\n" + services).getBytes(StandardCharsets.UTF_8));
  }
}

package dev.holdfast.routing.pgbouncer;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.postgres.file.DirectoryLock;
import dev.holdfast.postgres.session.Connector;
import dev.holdfast.postgres.session.SessionTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A PgBouncer on this host. Each call connects anew: it may have been restarted since.
 *
 * <p>Every method throws {@link HoldfastException}: db-connect (56) when the console cannot be
 * reached, db-query (57) with what it answered.
 */
public final class Pgbouncer {
  private static final String DEFAULT_PORT = "6432";
  private static final List<String> USUAL_SOCKET_DIRECTORIES =
      List.of("/var/run/postgresql", "/tmp");

  /** Longer than anybody may hold it: a switchover waits a minute at most by default. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

  private final Path file;
  private final Login login;
  private final Map<String, String> environment;

  /**
   * As whom it is talked to.
   *
   * @param admin one of its {@code admin_users}; the password is looked for as libpq would
   * @param user the role that asks servers, directly and through the pooler
   * @param database the database that servers are asked in directly
   * @param timeout how long connecting, and each command or query, may take
   */
  public record Login(String admin, String user, String database, Duration timeout) {}

  /**
   * A pooler that may or may not run.
   *
   * @param file its configuration
   * @param environment libpq's variables
   */
  public Pgbouncer(Path file, Login login, Map<String, String> environment) {
    this.file = file;
    this.login = login;
    this.environment = environment;
  }

  /**
   * Keeps others of us from changing where clients go; waits while one does.
   *
   * @throws HoldfastException lock-acquire (50) when that one takes longer than five minutes,
   *     file-open (41) when the lock, a file beside the configuration, cannot be used
   */
  public DirectoryLock hold() {
    Path lock = file.resolveSibling(file.getFileName() + ".holdfast.lock");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Optional<DirectoryLock> held = DirectoryLock.take(lock);
    while (held.isEmpty()) {
      if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
        throw new HoldfastException(
            ErrorCode.LOCK_ACQUIRE,
            "another holdfast is pointing the clients of '" + file + "' elsewhere",
            "It holds '" + lock + "'. Look at its output.");
      }
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      held = DirectoryLock.take(lock);
    }
    return held.get();
  }

  /** Its databases, as its configuration now has them. */
  public List<PooledDatabase> databases() {
    return IniFiles.read(file).databases();
  }

  /** Points databases at a server, in the configuration; {@link #reload} makes it so. */
  public void repoint(Set<String> databases, ServerAddress server) {
    IniFiles.read(file).repoint(databases, server);
  }

  /** Has the configuration read: new transactions go where it says, those under way end first. */
  public void reload() {
    try (Console console = console()) {
      console.reload();
    }
  }

  /**
   * Has new transactions wait, and waits until those under way have ended.
   *
   * @param drain how long they may take, together
   * @throws HoldfastException lock-acquire (50) when they do not end in time; {@link #resume} is
   *     the caller's to call in any case
   */
  public void pause(Set<String> databases, Duration drain) {
    long deadline = System.nanoTime() + drain.toNanos();
    try (Console console = console()) {
      for (Console.LiveDatabase database : live(console, databases)) {
        console.pause(database.name(), Duration.ofNanos(deadline - System.nanoTime()));
      }
    }
  }

  /** Cuts everybody off, in the middle of what they do; who comes then waits. */
  public void kill(Set<String> databases) {
    try (Console console = console()) {
      live(console, databases).forEach(database -> console.kill(database.name()));
    }
  }

  /** Lets those who wait go on; nothing happens to a database that is not paused. */
  public void resume(Set<String> databases) {
    try (Console console = console()) {
      live(console, databases).stream()
          .filter(Console.LiveDatabase::paused)
          .forEach(database -> console.resume(database.name()));
    }
  }

  /** Those of the running pooler that the named lines of the configuration are about. */
  private List<Console.LiveDatabase> live(Console console, Set<String> databases) {
    Set<String> lines = databases().stream().map(PooledDatabase::name).collect(Collectors.toSet());
    boolean fallback = databases.contains(PooledDatabase.FALLBACK);
    return console.databases().stream()
        .filter(
            live -> databases.contains(live.name()) || (fallback && !lines.contains(live.name())))
        .toList();
  }

  /** Which server answers in a database of the pooler, and whether it can be written to. */
  public ServerAnswer askThrough(String database) {
    IniFiles files = IniFiles.read(file);
    String name = database.equals(PooledDatabase.FALLBACK) ? login.database() : database;
    SessionTarget target = new SessionTarget(host(files), port(files), name, login.user());
    return ServerAnswer.of(
        Connector.connectThroughPooler(target, login.timeout(), environment), login.timeout());
  }

  /** What a server says itself. */
  public ServerAnswer ask(ServerAddress server) {
    SessionTarget target =
        new SessionTarget(server.host(), server.port(), login.database(), login.user());
    return ServerAnswer.of(
        Connector.connect(target, login.timeout(), environment), login.timeout());
  }

  private Console console() {
    IniFiles files = IniFiles.read(file);
    return Console.open(host(files), port(files), login.admin(), login.timeout(), environment);
  }

  private static int port(IniFiles files) {
    String port = files.setting("listen_port").orElse(DEFAULT_PORT);
    try {
      return Integer.parseInt(port);
    } catch (NumberFormatException e) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "PgBouncer's listen_port '" + port + "' is not a number", e);
    }
  }

  /** Its Unix socket, where there is one, else the first of its addresses. */
  private static String host(IniFiles files) {
    String socket = ".s.PGSQL." + port(files);
    List<String> directories =
        files.setting("unix_socket_dir").map(List::of).orElse(USUAL_SOCKET_DIRECTORIES);
    for (String directory : directories) {
      if (directory.startsWith("/") && Files.exists(Path.of(directory, socket))) {
        return directory;
      }
    }
    String address = files.setting("listen_addr").orElse("").split(",", 2)[0].strip();
    return address.isEmpty() || address.equals("*") || address.equals("0.0.0.0")
        ? "localhost"
        : address;
  }
}

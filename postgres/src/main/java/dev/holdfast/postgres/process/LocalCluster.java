package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cluster that this process runs: for the demo, drills and tests.
 *
 * <p>It is reached by anybody who may enter the directory of its socket, without a password; TCP is
 * off unless its configuration says otherwise.
 */
public final class LocalCluster implements AutoCloseable {
  /** The superuser that {@link #initialize} creates, and its database. */
  public static final String SUPERUSER = "postgres";

  private static final Duration INIT_TIMEOUT = Duration.ofMinutes(2);
  private static final int LOG_TAIL_LINES = 12;

  private final PostgresInstallation installation;
  private final ClusterPlace place;
  private final OsUser owner;

  private LocalCluster(PostgresInstallation installation, ClusterPlace place, OsUser owner) {
    this.installation = installation;
    this.place = place;
    this.owner = owner;
  }

  /**
   * Creates a cluster with {@code initdb}; it is not started.
   *
   * @param arguments further ones for initdb, for example {@code --data-checksums}
   * @throws HoldfastException execute (102)
   */
  public static LocalCluster initialize(
      PostgresInstallation installation, ClusterPlace place, OsUser owner, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            installation.program("initdb").toString(),
            "--pgdata=" + place.data(),
            "--username=" + SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale"));
    command.addAll(arguments);
    ExternalProgram.run(owner.command(command), environment(), INIT_TIMEOUT)
        .orThrow("create a cluster in '" + place.data() + "'");
    return new LocalCluster(installation, place, owner);
  }

  /** A cluster that exists, for example a restored one. */
  public static LocalCluster existing(
      PostgresInstallation installation, ClusterPlace place, OsUser owner) {
    return new LocalCluster(installation, place, owner);
  }

  /** Nothing of the caller's PostgreSQL environment reaches the programs. */
  private static Map<String, @Nullable String> environment() {
    Map<String, @Nullable String> environment = new HashMap<>();
    for (String name : System.getenv().keySet()) {
      if (name.startsWith("PG")) {
        environment.put(name, null);
      }
    }
    environment.put("LC_ALL", "C");
    return environment;
  }

  /** Where it lives. */
  public ClusterPlace place() {
    return place;
  }

  /** The programs that it runs with. */
  public PostgresInstallation installation() {
    return installation;
  }

  /** The user that it runs as. */
  public OsUser owner() {
    return owner;
  }

  /**
   * Appends lines to {@code postgresql.conf}; they take effect with the next start or {@link
   * #reload}.
   */
  public void configure(String lines) {
    Path file = place.data().resolve("postgresql.conf");
    try {
      Files.writeString(file, lines + "\n", StandardOpenOption.APPEND, StandardOpenOption.CREATE);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + file + "': " + e.getMessage(), e);
    }
    owner.own(file);
  }

  /**
   * Starts it and waits until it takes connections: as a primary, or as a standby that has reached
   * consistency.
   *
   * @throws HoldfastException execute (102) with the end of the server's log
   */
  public void start(Duration timeout) {
    String options =
        "-c port=%d -c listen_addresses='' -c unix_socket_directories='%s'"
            .formatted(place.port(), place.sockets());
    start(options, timeout);
  }

  /**
   * Starts it with other server options than {@link #start(Duration)}, which gives a socket and no
   * TCP port.
   *
   * @param options as the postgres program takes them, quoted for a shell
   */
  public void start(String options, Duration timeout) {
    ExternalProgram.Result result =
        control(
            timeout,
            List.of(
                "start",
                "-w",
                "-s",
                "-t",
                seconds(timeout),
                "-l",
                place.log().toString(),
                "-o",
                options));
    if (!result.succeeded()) {
      throw new HoldfastException(
          ErrorCode.EXECUTE, "PostgreSQL does not start on '" + place.data() + "':\n" + logTail());
    }
  }

  /**
   * Stops it, and waits until it has.
   *
   * @throws HoldfastException execute (102)
   */
  public void stop(StopMode mode, Duration timeout) {
    control(timeout, List.of("stop", "-w", "-s", "-m", mode.option(), "-t", seconds(timeout)))
        .orThrow("stop PostgreSQL on '" + place.data() + "'");
  }

  /** Ends a standby's recovery, and waits until it is a primary. */
  public void promote(Duration timeout) {
    control(timeout, List.of("promote", "-w", "-s", "-t", seconds(timeout)))
        .orThrow("promote PostgreSQL on '" + place.data() + "'");
  }

  /** Makes it read its configuration again. */
  public void reload() {
    control(INIT_TIMEOUT, List.of("reload", "-s"))
        .orThrow("reload PostgreSQL on '" + place.data() + "'");
  }

  /**
   * Kills every process of it at once (SIGKILL), as a crash of the host would, and waits until they
   * are gone.
   */
  public void kill() {
    Postmaster.of(place.data()).ifPresent(Postmaster::kill);
  }

  /** Whether a postmaster runs on its data directory. */
  public boolean isRunning() {
    return Postmaster.of(place.data()).isPresent();
  }

  /** What the server has logged. */
  public String log() {
    try {
      return Files.exists(place.log()) ? Files.readString(place.log(), StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + place.log() + "': " + e.getMessage(), e);
    }
  }

  private String logTail() {
    List<String> lines = log().lines().toList();
    return String.join(
        "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
  }

  private ExternalProgram.Result control(Duration timeout, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(installation.program("pg_ctl").toString());
    command.addAll(arguments);
    command.add("--pgdata=" + place.data());
    // pg_ctl watches the time itself; ours is only for a pg_ctl that hangs.
    return ExternalProgram.run(
        owner.command(command), environment(), timeout.plus(Duration.ofSeconds(10)));
  }

  private static String seconds(Duration timeout) {
    return Long.toString(Math.max(1, timeout.toSeconds()));
  }

  /** Stops it immediately when it runs; its files stay. */
  @Override
  public void close() {
    kill();
  }
}

package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Starts, stops and signals a server that outlives this process, and that waits for nobody: what
 * became of it is seen by looking.
 */
public final class ServerControl {
  private static final Duration PROGRAM_TIMEOUT = Duration.ofSeconds(20);
  private static final String PROGRAMS_LOCK = "programs.lock";

  /** Where the lock file has the postmaster's state ({@code LOCK_FILE_LINE_PM_STATUS}), from 0. */
  private static final int STATUS_LINE = 7;

  /** The states in which it takes connections: as a primary, as a hot standby. */
  private static final Set<String> OPEN = Set.of("ready", "standby");

  private static final Duration NAMED = Duration.ofMillis(50);

  /** What every process of PostgreSQL but the postmaster begins its title with. */
  private static final String TITLE = "postgres: ";

  private static final Pattern RECOVERING =
      Pattern.compile("startup +(?:recovering|waiting for) ([0-9A-F]{24})");

  private static final Duration LAUNCH = Duration.ofSeconds(5);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(2);

  private final PostgresInstallation installation;
  private final Path data;
  private final Path log;
  private final Map<String, String> environment;
  private final Map<String, String> settings;
  private final ClusterProcesses processes;

  /**
   * Of one data directory.
   *
   * @param log where a server that was started here writes what it logs before its own settings say
   *     where to
   * @param environment variables that the server is to have
   */
  public ServerControl(
      PostgresInstallation installation, Path data, Path log, Map<String, String> environment) {
    this(installation, data, log, environment, Map.of());
  }

  /**
   * The same, of a server that is always launched with some settings, for example where its
   * configuration is.
   *
   * @param settings without quotes and backslashes in their values
   */
  public ServerControl(
      PostgresInstallation installation,
      Path data,
      Path log,
      Map<String, String> environment,
      Map<String, String> settings) {
    this.settings = Map.copyOf(settings);
    this.installation = installation;
    this.data = data;
    this.log = log;
    this.environment = Map.copyOf(environment);
    this.processes = new ClusterProcesses(data);
  }

  /** The server's processes. */
  public ClusterProcesses processes() {
    return processes;
  }

  /** The programs that it runs with. */
  public PostgresInstallation installation() {
    return installation;
  }

  /** The postmaster's process, when there is one. */
  public OptionalLong postmaster() {
    return Postmaster.of(data)
        .map(Postmaster::pid)
        .map(OptionalLong::of)
        .orElseGet(OptionalLong::empty);
  }

  /**
   * Makes a new cluster, beside first: under its own name it is whole.
   *
   * @param superuser the role that it belongs to; the operating system's user of this name gets in
   *     without a password
   * @throws HoldfastException execute (102)
   */
  public void initialize(String superuser) {
    Path fresh = data.resolveSibling(data.getFileName() + ".initializing");
    runAlone(List.of("rm", "-rf", "--", fresh.toString()), PROGRAM_TIMEOUT)
        .orThrow("remove '" + fresh + "'");
    runAlone(
            List.of(
                installation.program("initdb").toString(),
                "--pgdata=" + fresh,
                "--username=" + superuser,
                "--auth-local=peer",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--data-checksums"),
            Duration.ofMinutes(5))
        .orThrow("create a cluster in '" + fresh + "'");
    try {
      Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MOVE,
          "unable to name '" + fresh + "' '" + data + "': " + e.getMessage(),
          e,
          "The data directory must not exist, and be no mount point: its parent may be one.");
    }
  }

  /**
   * Launches the server in a session of its own.
   *
   * @throws HoldfastException execute (102) when it cannot be launched; whether it stays up is
   *     another matter
   */
  public void launch() {
    launch(Map.of());
  }

  /**
   * As {@link #launch()}, with settings that take precedence over those of its files.
   *
   * @param more without quotes and backslashes in their values
   */
  public void launch(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(settings);
    all.putAll(more);
    if (processes.running().isEmpty()) {
      new StaleLocks(data).remove();
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                installation.program("pg_ctl").toString(),
                "start",
                "-W",
                "-s",
                "-D",
                data.toString(),
                "-l",
                log.toString()));
    if (!all.isEmpty()) {
      command.add("-o");
      command.add(
          all.entrySet().stream()
              .map(each -> "-c \"" + each.getKey() + "=" + each.getValue() + "\"")
              .collect(Collectors.joining(" ")));
    }
    run(command, PROGRAM_TIMEOUT).orThrow("start PostgreSQL on '" + data + "'");
    // It has its data directory as working directory, by which we know it, a moment later, and its
    // postmaster.pid another one: without that it looks like what a dead postmaster has left.
    long deadline = System.nanoTime() + LAUNCH.toNanos();
    boolean seen = false;
    while (true) {
      boolean runs = !processes.running().isEmpty();
      if (runs ? postmaster().isPresent() : seen) {
        return;
      }
      seen |= runs;
      if (System.nanoTime() - deadline > 0) {
        if (runs) {
          return;
        }
        throw new HoldfastException(
            ErrorCode.EXECUTE,
            "PostgreSQL does not come up on '" + data + "'",
            "What it says is in '" + log + "', or where its own settings put it.");
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  /**
   * Whether the server that runs has the variables that it gets from {@link #launch()}: one that
   * somebody else started has not. Of a postmaster that is not there, or says nothing of itself,
   * nothing else is known.
   */
  public boolean hasEnvironment() {
    OptionalLong postmaster = postmaster();
    if (postmaster.isEmpty()) {
      return true;
    }
    Path file = Path.of("/proc", Long.toString(postmaster.getAsLong()), "environ");
    try {
      List<String> its = List.of(Files.readString(file, StandardCharsets.ISO_8859_1).split("\0"));
      return environment.entrySet().stream()
          .allMatch(each -> its.contains(each.getKey() + "=" + each.getValue()));
    } catch (IOException e) {
      return true;
    }
  }

  /** Whether the postmaster says that it takes connections: asking one that does not is noise. */
  public boolean takesConnections() {
    try {
      List<String> lines = Files.readAllLines(data.resolve(StaleLocks.POSTMASTER));
      return lines.size() > STATUS_LINE && OPEN.contains(lines.get(STATUS_LINE).strip());
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Runs a program that makes or changes the data directory, and that may outlive whoever started
   * it: the next one waits until it has ended. The lock is the program's own ({@code flock(1)}), so
   * that it goes when the program goes.
   */
  public ExternalProgram.Result runAlone(List<String> command, Duration timeout) {
    return runAlone(command, timeout, () -> false);
  }

  /**
   * The same, until nobody wants it any more.
   *
   * @throws HoldfastException term (63) when it was ended, with all that it had started
   */
  public ExternalProgram.Result runAlone(
      List<String> command, Duration timeout, BooleanSupplier unwanted) {
    List<String> locked = new ArrayList<>(locking());
    locked.addAll(command);
    return run(locked, timeout, unwanted);
  }

  private List<String> locking() {
    return List.of("flock", "--exclusive", log.resolveSibling(PROGRAMS_LOCK).toString());
  }

  /**
   * Ends the programs of {@link #runAlone} that somebody has left running who is gone: what they
   * make is made again, and nobody is to wait for it. Not while one of ours runs.
   */
  public void endLeftPrograms() {
    ProgramGroup.endAll(locking());
  }

  /**
   * For what this process does itself to the data directory, and no program of {@link #runAlone}
   * may do at the same time; it begins when those have ended.
   *
   * @param unwanted whether nobody waits for that any more
   * @throws HoldfastException execute (102), term (63) when nobody waits any more
   */
  public ProgramsLock alone(BooleanSupplier unwanted) {
    return ProgramsLock.take(log.resolveSibling(PROGRAMS_LOCK), unwanted);
  }

  /** Runs one of PostgreSQL's programs in the server's environment. */
  public ExternalProgram.Result run(List<String> command, Duration timeout) {
    return ExternalProgram.run(command, environment(), timeout);
  }

  /**
   * The same, until nobody wants it any more.
   *
   * @throws HoldfastException term (63) when it was ended, with all that it had started
   */
  public ExternalProgram.Result run(
      List<String> command, Duration timeout, BooleanSupplier unwanted) {
    return ExternalProgram.run(command, environment(), timeout, unwanted);
  }

  private Map<String, @Nullable String> environment() {
    Map<String, @Nullable String> all = new HashMap<>();
    for (String name : System.getenv().keySet()) {
      if (name.startsWith("PG")) {
        all.put(name, null);
      }
    }
    all.put("LC_ALL", "C");
    all.putAll(environment);
    return all;
  }

  /** Has the postmaster read its settings again; it need not accept connections for that. */
  public void hangUp() {
    postmaster().ifPresent(pid -> signal("HUP", pid));
  }

  /** Asks a process to end. */
  public void terminate(long pid) {
    signal("TERM", pid);
  }

  /**
   * Stops the server, in good order if that is possible within the time, and otherwise at once:
   * afterwards no process of the data directory is left.
   *
   * @param mode how it is asked; {@link StopMode#IMMEDIATE} means at once
   * @param patience how long it may take
   * @throws HoldfastException pg-running (38)
   */
  public void stop(StopMode mode, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    OptionalLong postmaster = postmaster();
    if (postmaster.isPresent() && mode != StopMode.IMMEDIATE) {
      signal(mode == StopMode.FAST ? "INT" : "TERM", postmaster.getAsLong());
      while (System.nanoTime() - deadline < 0 && !processes.running().isEmpty()) {
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      }
    }
    processes.killAll(Duration.ofSeconds(10));
  }

  private static void signal(String name, long pid) {
    ExternalProgram.Result result =
        ExternalProgram.run(
            List.of("kill", "-" + name, Long.toString(pid)), Map.of(), PROGRAM_TIMEOUT);
    if (!result.succeeded() && ProcessHandle.of(pid).isPresent()) {
      throw new HoldfastException(
          ErrorCode.EXECUTE, "unable to signal process " + pid + ": " + result.err().strip());
    }
  }

  /**
   * The WAL receivers, and those children of the postmaster that have not said in time what they
   * are, and may become one.
   */
  public List<Long> walReceivers() {
    long deadline = System.nanoTime() + NAMED.toNanos();
    while (true) {
      boolean unnamed = false;
      List<Long> found = new ArrayList<>();
      OptionalLong postmaster = postmaster();
      for (long pid : processes.running()) {
        String title = title(pid).orElse(TITLE);
        if (postmaster.isEmpty() || postmaster.getAsLong() != pid) {
          boolean named = title.startsWith(TITLE);
          unnamed |= !named;
          if (!named || isReceiver(title)) {
            found.add(pid);
          }
        }
      }
      if (!unnamed || System.nanoTime() - deadline > 0) {
        return found;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  /**
   * The segment of WAL that the startup process recovers or waits for, as it says in its title
   * while it does not take connections either; empty when there is none, or titles are not kept up
   * to date ({@code update_process_title}).
   */
  public Optional<WalSegment> recovering() {
    return processes.running().stream()
        .flatMap(pid -> title(pid).stream())
        .map(RECOVERING::matcher)
        .filter(Matcher::find)
        .map(found -> WalSegment.parse(found.group(1)))
        .findFirst();
  }

  /** {@code postgres: walreceiver ...}, with {@code cluster_name} before it where that is set. */
  private static boolean isReceiver(String title) {
    return title.startsWith("postgres: walreceiver") || title.contains(": walreceiver ");
  }

  private static Optional<String> title(long pid) {
    try {
      String line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
      // A process that ends has none any more.
      return line.isEmpty() ? Optional.empty() : Optional.of(line.replace('\0', ' '));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

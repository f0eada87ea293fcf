package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.ClusterProcesses;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster on the loopback interface: a monitor or several, and nodes with a keeper and a
 * PostgreSQL each.
 */
final class ClusterSite implements AutoCloseable {
  static final String STANZA = "main";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** What is special about a site. */
  private enum Kind {
    PLAIN,
    SECURE,
    REPOSITORY,
    WAYS,
    SPREAD
  }

  /** The monitor's host, on a site that has several. */
  static final String MONITOR_HOST = "m";

  private final TestDirectory directory = TestDirectory.create();
  private final int monitorPort = ClusterPlace.freePort();
  private final SequencedMap<Integer, Node> nodes = new TreeMap<>();
  private final boolean ways;
  private final Optional<SiteCertificates> certificates;
  private final Optional<Path> configuration;
  private final MonitorSite monitors;
  private final MonitorSite.Hosts hosts;
  private final String address;
  private final MonitorClient client;
  private HoldfastCommand.Running monitor;

  /** One node; it keeps its port, its directories and its name. */
  final class Node {
    private final int number;
    private final int port = ClusterPlace.freePort();
    private final int health = ClusterPlace.freePort();
    private final Path home;
    private final Optional<MonitorWay> way;
    private HoldfastCommand.Running keeper;

    private Node(int number) {
      this.number = number;
      this.home = directory.directory("n" + number);
      this.way = ways ? Optional.of(new MonitorWay(monitorPort)) : Optional.empty();
      this.keeper = launch();
    }

    private HoldfastCommand.Running launch() {
      return start(
          hosts.inside(name()),
          name(),
          "keeper",
          configuration(),
          configuration.isPresent() ? "--keeper-archive" : "--no-keeper-archive",
          "--stanza=" + STANZA,
          "--pg1-path=" + data(),
          "--pg1-port=" + port,
          "--pg1-socket-path=" + home,
          "--pg-bin=" + TestPostgres.system().bin(),
          "--node-name=" + name(),
          "--node-host=" + host(),
          "--monitor=" + way.map(one -> "http://127.0.0.1:" + one.port()).orElse(address),
          "--health-listen=" + host() + ":" + health,
          "--keeper-path=" + home.resolve("keeper"),
          "--log-level-file=off",
          "--log-level-console=info");
    }

    String name() {
      return "n" + number;
    }

    private String host() {
      return hosts.address(name());
    }

    /** Between this node's keeper and the monitor, on a site that has such. */
    MonitorWay way() {
      return way.orElseThrow();
    }

    /** The keeper alone; PostgreSQL goes on. */
    void freezeKeeper(boolean stands) {
      signal(stands ? "STOP" : "CONT", keeper.process().pid());
    }

    /** The process that ends PostgreSQL with the lease; empty when there is none. */
    Optional<ProcessHandle> deadMan() {
      Path guard = home.resolve("keeper").resolve(STANZA).resolve("lease.guard");
      try {
        long pid = Long.parseLong(Files.readString(guard).strip());
        String line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
        return line.contains(data().toString()) ? ProcessHandle.of(pid) : Optional.empty();
      } catch (IOException | NumberFormatException e) {
        return Optional.empty();
      }
    }

    /** Whether a load balancer that asks for this gets a yes. */
    boolean health(String path) {
      return ExternalProgram.run(
              List.of("curl", "-q", "-s", "-f", "http://127.0.0.1:" + health + path),
              Map.of(),
              ANSWER)
          .succeeded();
    }

    int port() {
      return port;
    }

    Path data() {
      return home.resolve("data");
    }

    /** Its data directory is gone, and what is beside it. */
    void loseData() {
      directory.run("rm", "-rf", data().toString()).orThrow("remove " + data());
    }

    /** Whether a copy of another node is being made. */
    boolean isCopying() {
      return Files.exists(home.resolve("data.copying/base"));
    }

    /** Whether a backup is being restored beside the data directory. */
    boolean isRestoring() {
      return Files.exists(home.resolve("data.restoring"));
    }

    /** PostgreSQL's processes. */
    List<Long> processes() {
      return new ClusterProcesses(data()).running();
    }

    /** The postmaster's number, as its own file says. */
    long postmaster() {
      try {
        return Long.parseLong(Files.readAllLines(data().resolve("postmaster.pid")).getFirst());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void killPostmaster() {
      signal("KILL", postmaster());
    }

    /** Its WAL senders stand still from now on. */
    void silenceSenders() {
      sql("select pid from pg_stat_replication")
          .lines()
          .forEach(pid -> signal("STOP", Long.parseLong(pid)));
    }

    /** Those of them that send a copy. */
    void silenceCopies() {
      sql("select pid from pg_stat_replication where application_name = 'pg_basebackup'")
          .lines()
          .forEach(pid -> signal("STOP", Long.parseLong(pid)));
    }

    /** The programs that make a copy here. */
    List<Long> copyPrograms() {
      return ProcessHandle.allProcesses()
          .filter(one -> one.info().commandLine().orElse("").contains(data() + ".copying"))
          .map(ProcessHandle::pid)
          .toList();
    }

    /** Whether the keeper has ended by itself within the time. */
    boolean awaitKeeperEnd(Duration atMost) {
      try {
        return keeper.process().waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    /** Keeper and PostgreSQL at once, as when the host loses its power. */
    void killHost() {
      killKeeper();
      killEverything();
    }

    void killEverything() {
      new ClusterProcesses(data()).killAll(Duration.ofSeconds(20));
    }

    void killKeeper() {
      try {
        keeper.process().destroyForcibly().waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    void startKeeper() {
      keeper = launch();
    }

    /** SIGTERM, as systemd does. */
    int stopKeeper() {
      keeper.process().destroy();
      return keeper.await().exit();
    }

    /** Stops everything of the host in its tracks, or lets it go on. */
    void freeze(boolean stands) {
      List<Long> all = new ArrayList<>(processes());
      all.add(keeper.process().pid());
      all.forEach(pid -> signal(stands ? "STOP" : "CONT", pid));
    }

    /** PostgreSQL alone; its keeper goes on. */
    void freezePostgres() {
      processes().forEach(pid -> signal("STOP", pid));
    }

    String said() {
      try {
        Path log = home.resolve("keeper").resolve(STANZA).resolve("postgresql.log");
        return name()
            + ":\n"
            + Files.readString(keeper.out())
            + Files.readString(keeper.err())
            + (Files.exists(log) ? Files.readString(log) : "");
      } catch (IOException e) {
        return name() + " " + e;
      }
    }

    /** Whether a session on its own host can begin. */
    boolean answers() {
      try {
        return sql("select 'here'").equals("here");
      } catch (HoldfastException e) {
        return false;
      }
    }

    /** What psql answers, over the node's own socket. */
    String sql(String statement) {
      return directory
          .run(
              TestPostgres.system().program("psql").toString(),
              "-X",
              "-A",
              "-t",
              "-q",
              "-h",
              home.toString(),
              "-p",
              Integer.toString(port),
              "-d",
              "postgres",
              "-c",
              statement)
          .orThrow("run " + statement)
          .out()
          .strip();
    }
  }

  /** One on which everybody is on this host, and says everything plainly. */
  ClusterSite() {
    this(Kind.PLAIN);
  }

  /** One that archives into a repository. */
  static ClusterSite withRepository() {
    return new ClusterSite(Kind.REPOSITORY);
  }

  /** One on which each keeper can be cut off from the monitor. */
  static ClusterSite withWays() {
    return new ClusterSite(Kind.WAYS);
  }

  /** With several monitors of these names that agree, in the place of the one by itself. */
  ClusterSite(String... monitorNames) {
    this(Kind.PLAIN, monitorNames);
  }

  private ClusterSite(Kind kind, String... monitorNames) {
    this(kind, MonitorSite.Hosts.LOOPBACK, monitorNames);
  }

  private ClusterSite(Kind kind, MonitorSite.Hosts hosts, String... monitorNames) {
    boolean secure = kind == Kind.SECURE || kind == Kind.SPREAD;
    this.hosts = hosts;
    this.configuration = kind == Kind.REPOSITORY ? Optional.of(configured()) : Optional.empty();
    this.ways = kind == Kind.WAYS;
    this.certificates =
        secure ? Optional.of(new SiteCertificates(directory.resolve("tls"))) : Optional.empty();
    if (kind == Kind.SPREAD) {
      certificates().ofMonitor(MONITOR_HOST, hosts.address(MONITOR_HOST));
    }
    this.monitors = new MonitorSite(directory, monitorNames);
    this.address =
        monitorNames.length == 0
            ? (secure ? "https://" : "http://") + hosts.address(MONITOR_HOST) + ":" + monitorPort
            : monitors.addressList();
    this.client =
        new MonitorClient(
            MonitorClient.addresses(address),
            STANZA,
            ANSWER,
            certificates.map(SiteCertificates::ofOperator));
    if (monitorNames.length == 0) {
      startMonitor();
    } else {
      monitors.agreed(monitorNames.length);
    }
  }

  private Path configured() {
    Path file = directory.resolve("pgbackrest.conf");
    try {
      Files.writeString(
          file,
          """
          [global]
          repo1-path=%1$s/repo
          lock-path=%1$s/lock
          spool-path=%1$s/spool
          log-level-file=off
          start-fast=y
          """
              .formatted(directory.path()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private String configuration() {
    return configuration.map(file -> "--config=" + file).orElse("--no-config");
  }

  /** A verb that has to do with the repository and a node's PostgreSQL. */
  HoldfastCommand.Outcome repository(Node node, String... words) {
    List<String> command = new ArrayList<>(List.of(words));
    command.add("--stanza=" + STANZA);
    command.add(configuration());
    command.add("--pg1-path=" + node.data());
    command.add("--pg1-port=" + node.port());
    command.add("--pg1-socket-path=" + node.home);
    HoldfastCommand.Outcome outcome = HoldfastCommand.start(command.toArray(String[]::new)).await();
    assertThat(outcome.exit()).as(outcome::toString).isZero();
    return outcome;
  }

  /** What the repository says of its only backup, by a pattern whose group is wanted. */
  String onlyBackup(String pattern) {
    Path info = directory.path().resolve("repo/backup").resolve(STANZA).resolve("backup.info");
    try {
      return Files.readString(info).replaceFirst("(?s)^.*?" + pattern + ".*$", "$1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The repository has no longer the segment with which its only backup begins.
   *
   * @return its name
   */
  String loseFirstSegmentOfBackup() {
    String first = onlyBackup("\"backup-archive-start\":\"([0-9A-F]{24})\"");
    try (Stream<Path> files = Files.walk(directory.path().resolve("repo/archive"))) {
      Path segment =
          files
              .filter(file -> String.valueOf(file.getFileName()).startsWith(first + "-"))
              .findFirst()
              .orElseThrow();
      Files.delete(segment);
      return first;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those that agree. */
  MonitorSite monitors() {
    return monitors;
  }

  /** One on which everybody has a certificate, as on several hosts. */
  static ClusterSite overTls() {
    return new ClusterSite(Kind.SECURE);
  }

  /** One whose monitor and nodes are on hosts of their own. */
  static ClusterSite over(MonitorSite.Hosts hosts) {
    return new ClusterSite(Kind.SPREAD, hosts);
  }

  /** Starts a verb that has to do with the monitor. */
  private HoldfastCommand.Running start(List<String> inside, String who, String... words) {
    List<String> command = new ArrayList<>(List.of(words));
    if (!words[0].equals("monitor") && !words[0].equals("keeper")) {
      command.add("--monitor=" + address);
    }
    certificates.ifPresent(site -> command.addAll(site.options(who)));
    return HoldfastCommand.startInside(inside, command);
  }

  /** The certificates, on a site that has any. */
  SiteCertificates certificates() {
    return certificates.orElseThrow();
  }

  /** The password with which nodes stream from each other, as the monitor has it. */
  String secret() {
    Path state = directory.path().resolve("monitor").resolve(STANZA + ".json");
    try {
      return Files.readString(state).replaceFirst("(?s).*\"secret\":\"([^\"]+)\".*", "$1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void startMonitor() {
    monitor =
        start(
            hosts.inside(MONITOR_HOST),
            hosts == MonitorSite.Hosts.LOOPBACK ? SiteCertificates.MONITOR : MONITOR_HOST,
            "monitor",
            "--no-config",
            "--monitor-listen=" + hosts.address(MONITOR_HOST) + ":" + monitorPort,
            "--monitor-path=" + directory.path().resolve("monitor"),
            "--log-level-file=off",
            "--log-level-console=info");
  }

  void killMonitor() {
    try {
      monitor.process().destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The directory of the monitor by itself is gone, and it begins without. */
  void loseMonitor() {
    killMonitor();
    Path state = directory.path().resolve("monitor");
    directory.run("rm", "-rf", state.toString()).orThrow("remove " + state);
    startMonitor();
  }

  Node node(int number) {
    return nodes.computeIfAbsent(number, Node::new);
  }

  /** A cluster of so many nodes in which all may take over. */
  void form(int count) {
    node(1);
    await("a primary", ClusterSite::writes);
    node(1).sql("create role app login superuser password 'app'");
    if (hosts != MonitorSite.Hosts.LOOPBACK) {
      // For clients that are on none of the nodes; the copies have it too.
      directory.run(
          "sh",
          "-c",
          "echo 'host all app all scram-sha-256' >> " + node(1).data() + "/pg_hba.conf");
      node(1).sql("select pg_reload_conf()");
    }
    for (int number = 2; number <= count; number++) {
      node(number);
    }
    if (count > 1) {
      awaitProtected();
    }
  }

  /** Until every node but the primary is a standby that confirms. */
  void awaitProtected() {
    await(
        "every standby confirms",
        view ->
            view.proven()
                && has(view, "primary")
                && view.nodes().size() == nodes.size()
                && view.nodes().stream()
                    .allMatch(node ->
                        view.primary().filter(node.id()::equals).isPresent()
                            || (node.goal().toString().equals("secondary")
                                && node.seen().filter(seen -> !seen.silent()).isPresent())));
  }

  private static boolean writes(ClusterView view) {
    return view.nodes().stream()
        .flatMap(node -> node.seen().stream())
        .anyMatch(seen -> seen.server() == Server.PRIMARY);
  }

  private static boolean has(ClusterView view, String goal) {
    return view.nodes().stream()
        .anyMatch(node ->
            view.primary().filter(node.id()::equals).isPresent()
                && node.goal().toString().equals(goal));
  }

  /** The primary's name, as the monitor has it. */
  Node primary() {
    ClusterView view = client.view();
    String name = view.name(view.primary().orElseThrow());
    return nodes.values().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Until the monitor shows what is waited for. */
  ClusterView await(String what, Predicate<ClusterView> condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Object last = "";
    while (true) {
      try {
        ClusterView view = client.view();
        last = view;
        if (condition.test(view)) {
          return view;
        }
      } catch (HoldfastException e) {
        last = e;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(what + " was waited for in vain: " + last + "\n" + said());
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  /** Until this node is the primary. */
  void awaitPrimary(String name) {
    await(
        name + " as the primary",
        view -> view.primary().filter(id -> view.name(id).equals(name)).isPresent());
  }

  /** An operator's verb, to its end. */
  HoldfastCommand.Outcome operator(String... words) {
    return begin(words).await();
  }

  /** An operator's verb, which goes on. */
  HoldfastCommand.Running begin(String... words) {
    List<String> command = new ArrayList<>(List.of(words));
    command.add(1, "--stanza=" + STANZA);
    command.add(1, "--no-config");
    return start(List.of(), SiteCertificates.OPERATOR, command.toArray(String[]::new));
  }

  /** Where everything of it is. */
  TestDirectory directory() {
    return directory;
  }

  /** For a client that follows the primary. */
  String url() {
    return "jdbc:postgresql://"
        + nodes.values().stream()
            .map(node -> node.host() + ":" + node.port())
            .collect(Collectors.joining(","))
        + "/postgres?user=app&password=app&targetServerType=primary&connectTimeout=1"
        + "&socketTimeout=5&hostRecheckSeconds=0";
  }

  /** For a client that talks to one node whatever it is. */
  String url(Node node) {
    return "jdbc:postgresql://"
        + node.host()
        + ":"
        + node.port()
        + "/postgres?user=app&password=app&connectTimeout=2&socketTimeout=3";
  }

  /** What everybody has said, for the message of a failed assertion. */
  String said() {
    try {
      String alone =
          monitor == null
              ? monitors.said()
              : Files.readString(monitor.out()) + Files.readString(monitor.err());
      return alone + nodes.values().stream().map(Node::said).collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void signal(String name, long pid) {
    assertThat(
            ExternalProgram.run(List.of("kill", "-" + name, Long.toString(pid)), Map.of(), ANSWER)
                .succeeded())
        .isTrue();
  }

  @Override
  public void close() {
    client.close();
    for (Node node : nodes.values()) {
      node.killKeeper();
      node.deadMan().ifPresent(ProcessHandle::destroyForcibly);
      node.killEverything();
      node.way.ifPresent(MonitorWay::close);
    }
    if (monitor != null) {
      killMonitor();
    }
    monitors.close();
    directory.close();
  }
}

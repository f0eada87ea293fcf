package dev.holdfast.cli.local;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.postgres.file.DurableFile;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.ClusterProcesses;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.OsUser;
import dev.holdfast.postgres.process.PostgresInstallation;
import dev.holdfast.postgres.process.ServerControl;
import dev.holdfast.postgres.process.StopMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * A monitor and two nodes on this host; whatever of it runs already is left running.
 *
 * <p>The sockets are in a directory that nobody else may enter, and whoever may is believed to be
 * who he says; through TCP a password is needed.
 */
public final class LocalSite implements AutoCloseable {
  /** The cluster's name. */
  public static final String CLUSTER = "local";

  /** The nodes' numbers. */
  public static final List<Integer> NODES = List.of(1, 2);

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration STOP = Duration.ofSeconds(20);

  private final SitePlace place;
  private final PostgresInstallation postgres;
  private final LocalProgram program;
  private final MonitorClient client;

  /** In a place whose directory exists; nothing is started yet. */
  public LocalSite(SitePlace place, PostgresInstallation postgres, LocalProgram program) {
    this.place = place;
    this.postgres = postgres;
    this.program = program;
    this.client = new MonitorClient(URI.create(place.monitor()), CLUSTER, ANSWER);
  }

  /** Where it is. */
  public SitePlace place() {
    return place;
  }

  private OsUser owner() {
    return program.owner();
  }

  /** The name of a node. */
  public static String name(int node) {
    return "n" + node;
  }

  /**
   * Makes what is not there yet: configuration files, and the first node's data directory, which is
   * whole when it has its name.
   *
   * @param settings lines for {@code postgresql.conf}, which the second node gets with its copy
   */
  public void prepare(String settings) {
    for (String directory : List.of("log", "n1", "n2")) {
      owner().createDirectory(place.directory().resolve(directory), 0700);
    }
    write(
        "monitor",
        """
        [global]
        monitor-listen=127.0.0.1:%d
        monitor-path=%s/monitor
        log-level-file=off
        log-level-console=info
        """
            .formatted(place.monitorPort(), place.directory()));
    write(
        "holdfast",
        """
        [global]
        monitor=%s
        """
            .formatted(place.monitor()));
    NODES.forEach(this::writeKeeper);
    Path data = place.node(1).data();
    if (!Files.exists(data) && !Files.exists(data.resolveSibling("keeper"))) {
      initialize(data, settings);
    }
  }

  private void writeKeeper(int node) {
    ClusterPlace cluster = place.node(node);
    write(
        name(node),
        """
        [global]
        monitor=%s
        keeper-path=%s
        node-name=%s
        node-host=127.0.0.1
        health-listen=off
        pg-bin=%s
        log-level-file=off
        log-level-console=info

        [%s]
        pg1-path=%s
        pg1-port=%d
        pg1-socket-path=%s
        pg1-user=%s
        """
            .formatted(
                place.monitor(),
                cluster.data().resolveSibling("keeper"),
                name(node),
                postgres.bin(),
                CLUSTER,
                cluster.data(),
                cluster.port(),
                cluster.sockets(),
                LocalCluster.SUPERUSER));
  }

  private void write(String part, String text) {
    Path file = place.configuration(part);
    DurableFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    owner().own(file);
  }

  private void initialize(Path data, String settings) {
    Path unfinished = data.resolveSibling("data.initializing");
    removeTree(unfinished);
    ClusterPlace cluster = place.node(1);
    LocalCluster.initialize(
            postgres,
            new ClusterPlace(unfinished, cluster.sockets(), cluster.log(), cluster.port()),
            owner(),
            List.of("--auth-host=scram-sha-256", "--data-checksums"))
        .configure(settings);
    try {
      Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
      DurableFile.syncName(data);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MOVE, "unable to name '" + unfinished + "' '" + data + "': " + e, e);
    }
  }

  private void removeTree(Path directory) {
    ExternalProgram.run(List.of("rm", "-rf", "--", directory.toString()), Map.of(), STOP)
        .orThrow("remove '" + directory + "'");
  }

  private SiteProcess monitor() {
    return new SiteProcess(
        program,
        "monitor",
        place.configuration("monitor"),
        List.of(),
        place.directory().resolve("log/monitor.log"));
  }

  private SiteProcess keeper(int node) {
    return new SiteProcess(
        program,
        "keeper",
        place.configuration(name(node)),
        List.of("--stanza=" + CLUSTER),
        place.directory().resolve("log/" + name(node) + ".log"));
  }

  private List<SiteProcess> processes() {
    List<SiteProcess> all = new ArrayList<>();
    NODES.forEach(node -> all.add(keeper(node)));
    all.add(monitor());
    return all;
  }

  /** The numbers of the monitor's and the keepers' processes. */
  public List<Long> daemons() {
    return processes().stream().flatMap(process -> process.running().stream()).toList();
  }

  /** PostgreSQL's processes of a node. */
  private ClusterProcesses servers(int node) {
    return new ClusterProcesses(place.node(node).data());
  }

  /** Whether a monitor, both keepers and both servers run; how they are is another matter. */
  boolean isRunning() {
    return processes().stream().noneMatch(process -> process.running().isEmpty())
        && NODES.stream().noneMatch(node -> servers(node).running().isEmpty());
  }

  /** Whether anything of it runs. */
  boolean isRunningInPart() {
    return !daemons().isEmpty()
        || NODES.stream().anyMatch(node -> !servers(node).running().isEmpty());
  }

  /**
   * Starts what does not run, and waits until commits are confirmed by the other node.
   *
   * @return what was started: {@code monitor}, {@code n1} ...
   * @throws HoldfastException service (101) when a port is taken, or when it does not get well
   */
  public List<String> start() {
    requirePorts();
    List<String> started = new ArrayList<>();
    if (start(monitor())) {
      started.add("the monitor");
    }
    for (int node : NODES) {
      if (startNode(node)) {
        started.add(name(node));
      }
      // The first to register becomes the primary.
      await(
          name(node) + " to register",
          view -> view.nodes().stream().anyMatch(one -> one.name().equals(name(node))));
    }
    awaitProtected();
    return started;
  }

  /** Before anything is started: a part of the cluster would take a missing one for dead. */
  private void requirePorts() {
    if (monitor().running().isEmpty()) {
      requireFree(place.monitorPort());
    }
    for (int node : NODES) {
      if (servers(node).running().isEmpty()) {
        requireFree(place.node(node).port());
      }
    }
  }

  /**
   * Starts a node's keeper, which starts PostgreSQL.
   *
   * @return false when it runs already
   */
  public boolean startNode(int node) {
    return start(keeper(node));
  }

  private static boolean start(SiteProcess process) {
    boolean absent = process.running().isEmpty();
    if (absent) {
      process.start();
    }
    return absent;
  }

  private static void requireFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      if (socket.isBound()) {
        return;
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.SERVICE,
          "port " + port + " of 127.0.0.1 is taken by another program: " + e.getMessage(),
          e,
          "'ss -ltnp' tells by which; a cluster that is made anew has other ports.");
    }
  }

  /** Until every node but the primary is a standby that streams, and confirms. */
  public ClusterView awaitProtected() {
    return await(
        "a primary and a standby that confirms",
        view ->
            view.proven()
                && view.primary().isPresent()
                && view.nodes().size() == NODES.size()
                && view.nodes().stream().allMatch(node -> isWell(view, node)));
  }

  private static boolean isWell(ClusterView view, ClusterView.NodeView node) {
    boolean primary = view.primary().filter(node.id()::equals).isPresent();
    return node.goal().toString().equals(primary ? "primary" : "secondary")
        && node.seen()
            .filter(seen -> !seen.silent())
            .filter(seen -> seen.server() == (primary ? Server.PRIMARY : Server.STANDBY))
            .filter(seen -> primary || seen.upstream().isPresent())
            .isPresent();
  }

  /** Until the monitor shows what is waited for; what it shows then. */
  public ClusterView await(String what, Predicate<ClusterView> condition) {
    List<ClusterView> found = new ArrayList<>();
    AtomicReference<String> trouble = new AtomicReference<>("");
    Awaiting.until(
        what,
        PATIENCE,
        () ->
            "What monitor and keepers say is in "
                + place.directory().resolve("log")
                + "."
                + trouble.get(),
        () -> {
          try {
            ClusterView view = client.view();
            trouble.set("");
            if (condition.test(view)) {
              found.add(view);
            }
          } catch (HoldfastException e) {
            // At first there is no monitor yet, or it knows no such cluster yet.
            trouble.set(" The last that was heard: " + e.getMessage());
            return false;
          }
          return !found.isEmpty();
        });
    return found.getFirst();
  }

  /** The number of the node that is the primary. */
  public static int primary(ClusterView view) {
    String name = view.name(view.primary().orElseThrow());
    return Integer.parseInt(name.substring(1));
  }

  /** Kills a node's keeper and every process of its PostgreSQL, as a power cut would. */
  public void killNode(int node) {
    keeper(node).kill();
    killServers(node);
  }

  /** Also what a keeper that is dead had begun to launch, and what archives for PostgreSQL. */
  private void killServers(int node) {
    Path data = place.node(node).data();
    Awaiting.until(
        "the end of what works in '" + data + "'",
        STOP,
        "'ps' shows what it is.",
        () -> {
          servers(node).killAll(STOP);
          return SiteProcess.mentioning(data).isEmpty();
        });
  }

  /** Runs an operator's verb; its output. */
  public String operator(String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.add("--config=" + place.configuration("holdfast"));
    arguments.add("--stanza=" + CLUSTER);
    return program.run(arguments);
  }

  /** Ends all of it in good order; the data stays. */
  void stop() {
    processes().forEach(process -> process.end(STOP));
    for (int node : NODES) {
      ClusterPlace cluster = place.node(node);
      new ServerControl(postgres, cluster.data(), cluster.log(), Map.of())
          .stop(StopMode.FAST, STOP);
    }
  }

  /** Kills all of it; the data stays. */
  public void kill() {
    processes().forEach(SiteProcess::kill);
    NODES.forEach(this::killServers);
  }

  /** Closes what this process has of it; the cluster runs on. */
  @Override
  public void close() {
    client.close();
  }
}

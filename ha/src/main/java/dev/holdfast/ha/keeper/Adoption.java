package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.domain.Timeline;
import dev.holdfast.ha.decide.KeeperMemory;
import dev.holdfast.ha.decide.KeeperRules;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Directive;
import dev.holdfast.ha.wire.Existing;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.Welcome;
import dev.holdfast.postgres.process.ClusterProcesses;
import dev.holdfast.postgres.replication.ManagedSettings;
import dev.holdfast.postgres.replication.ReloadProof;
import dev.holdfast.postgres.replication.ReplicationSession;
import dev.holdfast.postgres.replication.ServerSurvey;
import dev.holdfast.postgres.replication.ServerView;
import dev.holdfast.postgres.replication.WalTimelines;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Makes a PostgreSQL that runs a node of a cluster, as its keeper would find it after years: what
 * the keeper needs is in place, and its memory holds the order that the server already obeys. A
 * primary is told to lead, a standby to follow the primary that it follows. So the keeper that is
 * started next has nothing to stop.
 *
 * <p>The order of things, each of which may be done again:
 *
 * <ol>
 *   <li>{@code adopted.json}: what was in force.
 *   <li>Of a primary, the configuration: the keeper's settings say what is in force already, and
 *       are read without a restart. Killed before or in the middle of this, nothing has changed but
 *       files that say what was so before.
 *   <li>The registration, by the token that the keeper's directory keeps. Killed after this, the
 *       node is known and has no keeper: a keeper refuses to begin beside a server that runs, and
 *       another adoption goes on.
 *   <li>The first order and the identity, in one write. From here on a keeper may begin.
 * </ol>
 */
public final class Adoption {
  private static final Duration QUERY = Duration.ofSeconds(10);
  private static final Duration ORDERED = Duration.ofSeconds(15);
  private static final Duration BETWEEN_REPORTS = Duration.ofMillis(200);
  private static final int INCARNATION_SHIFT = 32;

  /** What the settings are numbered with until the monitor has numbered them, from 1. */
  private static final long UNNUMBERED = -1;

  private final KeeperConfiguration configuration;
  private final ServerSurvey survey;
  private final MonitorClient client;
  private final Consumer<String> log;
  private final ManagedSettings settings;
  private final WalTimelines timelines;

  /**
   * Of one server; nothing is done yet.
   *
   * @param configuration its keeper's, with what is {@link #inForce}
   * @param survey what the server is like
   * @param log gets what is worth knowing
   */
  public Adoption(
      KeeperConfiguration configuration,
      ServerSurvey survey,
      MonitorClient client,
      Consumer<String> log) {
    this.configuration = configuration;
    this.survey = survey;
    this.client = client;
    this.log = log;
    this.settings =
        new ManagedSettings(configuration.data(), configuration.settings(), configuration.files());
    this.timelines = new WalTimelines(configuration.data());
  }

  /**
   * Looks at the server.
   *
   * @throws HoldfastException db-connect (56) when none runs, or it does not let us in; db-query
   *     (57)
   */
  public static ServerSurvey survey(KeeperConfiguration configuration) {
    if (new ClusterProcesses(configuration.data()).running().isEmpty()) {
      throw new HoldfastException(
          ErrorCode.DB_CONNECT,
          "no PostgreSQL runs on '" + configuration.data() + "'",
          "Adopting is for one that runs. With one that is stopped, holdfast keeper begins by"
              + " itself.");
    }
    return ServerSurvey.of(configuration.local(), QUERY);
  }

  /** What stays as it is when the server is adopted. */
  public static AdoptedServer inForce(ServerSurvey survey, Path data) {
    return new AdoptedServer(
        AdoptedServer.within(data, Path.of(survey.setting("config_file"))).toString(),
        survey.setting("hba_file"),
        survey.setting("listen_addresses"),
        survey.setting("unix_socket_directories"),
        survey.recovery() ? "" : survey.setting("synchronous_standby_names"));
  }

  /**
   * Which node it is already.
   *
   * @param state the keeper's directory
   */
  public static Optional<NodeId> node(Path state) {
    return KeeperStore.peek(state).flatMap(KeeperRecord::memory).map(KeeperMemory::node);
  }

  /** What the server is like, and what becomes of it. */
  public List<Finding> findings() {
    return looked().all();
  }

  private AdoptionFindings looked() {
    return new AdoptionFindings(configuration, survey, settings.overridden());
  }

  /**
   * Throws when it cannot be adopted; changes nothing.
   *
   * @throws HoldfastException as {@link AdoptionFindings#refuse}, and what the monitor refuses with
   */
  public void check() {
    looked().refuse();
    long token = KeeperStore.peek(configuration.state()).map(KeeperRecord::token).orElse(0L);
    Position here = position();
    client.tryToJoin(token, configuration.name(), configuration.endpoint(), existing(here));
    if (survey.recovery()) {
      compareWithThePrimary(here);
    }
  }

  private void compareWithThePrimary(Position here) {
    ClusterView view = client.view();
    ClusterView.NodeView primary =
        view.nodes().stream()
            .filter(node -> view.primary().filter(node.id()::equals).isPresent())
            .findFirst()
            .orElseThrow(() -> unready("cluster '" + view.cluster() + "' has no primary"));
    ClusterView.Seen seen =
        primary
            .seen()
            // One that was adopted a moment ago has been heard, and promised nothing yet.
            .filter(one -> !one.silent() && one.promised() == view.epoch())
            .filter(one -> one.server() == Server.PRIMARY)
            .orElseThrow(
                () -> unready("the keeper of the primary, '" + primary.name() + "', is not heard"));
    Timeline timeline = here.history().timeline();
    if (!seen.timeline().equals(timeline)) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "this standby is on timeline "
              + timeline
              + ", and the primary '"
              + primary.name()
              + "' on "
              + seen.timeline()
              + ": it follows another server, or stopped to follow",
          "If what only it holds may be given up, stop it and start its keeper: it is rewound or"
              + " copied.");
    }
    ServerAddress address = primary.endpoint().orElse(null);
    survey
        .upstream()
        .filter(upstream -> address != null && !isSame(upstream, address))
        .ifPresent(upstream ->
            log.accept(
                "it streams from "
                    + upstream
                    + " now, and from its restart on from the primary at "
                    + address));
  }

  private static boolean isSame(String upstream, ServerAddress address) {
    try {
      ServerAddress other = ServerAddress.parse(upstream);
      List<InetAddress> theirs = Arrays.asList(InetAddress.getAllByName(other.host()));
      return other.port() == address.port()
          && Arrays.stream(InetAddress.getAllByName(address.host())).anyMatch(theirs::contains);
    } catch (UnknownHostException | HoldfastException e) {
      return upstream.equals(address.toString());
    }
  }

  /**
   * Adopts it.
   *
   * @return which node it is
   * @throws HoldfastException lock-acquire (50) when its keeper runs; db-query (57) when PostgreSQL
   *     does not take the settings; what the monitor refuses with; service (101) when it gives no
   *     order that the server obeys already. It can be tried again after each
   */
  public NodeId adopt() {
    try (KeeperStore store = KeeperStore.open(configuration.state())) {
      Optional<KeeperMemory> memory = store.record().memory();
      if (memory.isPresent()) {
        return memory.get().node();
      }
      inForce(survey, configuration.data()).write(configuration.state());
      if (!survey.recovery()) {
        prepare();
      }
      Welcome welcome =
          client.join(
              store.record().token(),
              configuration.name(),
              configuration.endpoint(),
              existing(position()));
      Directive told = order(store.record().incarnation(), welcome.node());
      KeeperMemory first = KeeperMemory.of(welcome.node()).sawData();
      KeeperMemory accepted =
          new KeeperRules(told.settings())
              .accept(first, told.tell())
              .orElseThrow(() -> unready("the monitor's order is for another node"));
      store.save(
          store
              .record()
              .welcomed(welcome)
              .hearing(told.settings(), told.peers())
              .remembering(accepted));
      return welcome.node();
    }
  }

  /** Nothing that is in force changes by this, only who says so. */
  private void prepare() {
    String confirming = survey.setting("synchronous_standby_names");
    settings.write(UNNUMBERED, confirming, 0, 0);
    settings.admit(Hands.ROLE);
    settings.include();
    try (ReplicationSession session =
        ReplicationSession.open(configuration.local(), QUERY, Map.of())) {
      settings.overridden().forEach(session::resetSystemSetting);
    }
    new ReloadProof(configuration.local(), Map.of()).reload(UNNUMBERED, confirming, QUERY);
  }

  private Existing existing(Position here) {
    return new Existing(
        survey.systemIdentifier(),
        here.history().timeline(),
        survey.recovery(),
        survey.upstream().orElse(""),
        true);
  }

  private Position position() {
    try (ReplicationSession session =
        ReplicationSession.open(configuration.local(), QUERY, Map.of())) {
      ServerView view = session.look();
      if (view.recovery() != survey.recovery()) {
        throw new HoldfastException(
            ErrorCode.DB_MISMATCH, "PostgreSQL was promoted a moment ago", "Look at it again.");
      }
      Timeline timeline = view.timeline().orElseGet(() -> timelines.containing(view.flushed()));
      return new Position(timelines.history(timeline), view.flushed());
    }
  }

  /** The order that the server obeys as it is. */
  private Directive order(long incarnation, NodeId node) {
    long sequence = incarnation << INCARNATION_SHIFT;
    long deadline = System.nanoTime() + ORDERED.toNanos();
    while (true) {
      sequence++;
      Optional<Directive> told =
          client.report(
              report(node, sequence), configuration.endpoint(), survey.systemIdentifier());
      if (told.isPresent() && isObeyed(told.get().tell().order())) {
        return told.get();
      }
      if (System.nanoTime() - deadline > 0) {
        throw unready(
            "the monitor gives no order yet that this server obeys as it is: "
                + told.map(one -> one.tell().order().toString()).orElse("it gives none"));
      }
      LockSupport.parkNanos(BETWEEN_REPORTS.toNanos());
    }
  }

  private boolean isObeyed(Order order) {
    return survey.recovery() ? order instanceof Order.Follow : order instanceof Order.Lead;
  }

  private Report report(NodeId node, long sequence) {
    return new Report(
        node,
        sequence,
        0,
        false,
        survey.recovery() ? Server.STANDBY : Server.PRIMARY,
        position(),
        true,
        0,
        false,
        0,
        new Lsn(0),
        Set.of(),
        0,
        0);
  }

  private static HoldfastException unready(String why) {
    return new HoldfastException(
        ErrorCode.SERVICE,
        why,
        "Start the keeper of the primary, see holdfast status, and adopt this server then.");
  }
}

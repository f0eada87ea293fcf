package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Protection;
import dev.holdfast.ha.decide.Recovery;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.postgres.process.Abandonment;
import dev.holdfast.postgres.process.ServerControl;
import dev.holdfast.postgres.process.StopMode;
import dev.holdfast.postgres.replication.CarriedConfiguration;
import dev.holdfast.postgres.replication.ManagedSettings;
import dev.holdfast.postgres.replication.PeerCopy;
import dev.holdfast.postgres.replication.ReloadProof;
import dev.holdfast.postgres.replication.ReplicationSession;
import dev.holdfast.postgres.replication.ScramVerifier;
import dev.holdfast.postgres.replication.Upstreams;
import dev.holdfast.postgres.replication.WalTimelines;
import dev.holdfast.postgres.session.SessionTarget;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Does to PostgreSQL what the rules say. Each act can be repeated, and can be cut off anywhere; on
 * a thread of its own, one at a time.
 */
final class Hands implements Stranding.Supplies {
  /** The role with which nodes stream, copy and rewind. */
  static final String ROLE = "holdfast";

  private static final String DATABASE = "postgres";
  private static final int SALT_BYTES = 16;
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
  private static final Duration STREAM_END = Duration.ofSeconds(10);
  private static final Duration IN_FORCE = Duration.ofSeconds(5);
  private static final Duration FETCH = Duration.ofSeconds(30);
  private static final Duration CHECKPOINT = Duration.ofMinutes(5);
  private static final Duration NOTHING_MORE = Duration.ofMillis(500);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(2);
  private static final Duration QUERY = Duration.ofSeconds(10);

  /** What an act sees while it is under way. */
  interface Watch {
    /** The keeper's latest look at PostgreSQL. */
    Sight sight();

    /** Whether another order has come, so that nobody waits for this act's effect any more. */
    boolean unwanted();

    /**
     * The same, but not when only the keeper ends: then what it has begun is left to itself, as
     * when the keeper is killed.
     */
    boolean givenUp();
  }

  private final KeeperConfiguration configuration;
  private final ServerControl control;
  private final ManagedSettings settings;
  private final Upstreams upstreams;
  private final Confirming confirming;
  private final String secret;
  private final int node;
  private final ReloadProof reloads;
  private final PeerCopy copies;
  private final WalTimelines timelines;
  private final RepositoryCopies repository;
  private final UnreadyStandby unready;
  private final Consumer<String> log;
  private boolean roleProvided;

  /**
   * Whether the last copy was one of the repository, and has not come so far yet that it counts:
   * when it does not do, the primary's does.
   */
  private volatile boolean fromRepository;

  Hands(
      KeeperConfiguration configuration,
      ServerControl control,
      Upstreams upstreams,
      String secret,
      NodeId node,
      Consumer<String> log) {
    this.log = log;
    this.configuration = configuration;
    this.control = control;
    this.upstreams = upstreams;
    this.secret = secret;
    this.node = node.number();
    this.settings =
        new ManagedSettings(configuration.data(), configuration.settings(), configuration.files());
    this.confirming = new Confirming(configuration.state());
    this.reloads = new ReloadProof(configuration.local(), Map.of());
    this.copies = new PeerCopy(control, upstreams, configuration.data(), configuration.files());
    this.timelines = new WalTimelines(configuration.data());
    this.unready = new UnreadyStandby(control);
    this.repository =
        new RepositoryCopies(
            control,
            configuration.data(),
            configuration.state(),
            configuration.repository(),
            new PrivateRecovery(configuration));
  }

  /** The protection that PostgreSQL was configured with last. */
  Protection configured(boolean leased) {
    return Confirmations.parse(settings.synchronousStandbyNames())
        .orElse(leased ? Protection.LEASED : Protection.UNPROTECTED);
  }

  void initialize() {
    control.initialize(configuration.superuser());
  }

  /** Whoever streams gets the last of it first; then nobody is left. */
  void stop(Watch watch, boolean inHaste) {
    if (!inHaste
        && watch.sight().server() == Server.PRIMARY
        && !watch.sight().streaming().isEmpty()) {
      // The shutdown's own checkpoint is short then; writing goes on meanwhile.
      try (ReplicationSession session = session()) {
        session.checkpoint();
      } catch (HoldfastException e) {
        log.accept("no checkpoint before the shutdown: " + e.getMessage());
      }
    }
    control.stop(StopMode.FAST, STOP_PATIENCE);
  }

  /** Ends it without waiting for anybody. */
  void fence() {
    control.stop(StopMode.IMMEDIATE, Duration.ZERO);
  }

  /** Lets no server that is started by whomever connect to an upstream. */
  void closeWay() {
    if (upstreams.upstream().isPresent()) {
      upstreams.close();
    }
  }

  /** Closes the way to every upstream for good, and waits until nobody is on it any more. */
  void stopReceiver() {
    upstreams.close();
    if (!control.hasEnvironment()) {
      // Somebody else started it, and it may follow whom that one has told it to.
      control.stop(StopMode.FAST, STOP_PATIENCE);
      return;
    }
    settings.write(0, "", node, 0);
    control.hangUp();
    long deadline = System.nanoTime() + STREAM_END.toNanos();
    List<Long> receivers = control.walReceivers();
    while (!receivers.isEmpty()) {
      receivers.forEach(control::terminate);
      if (System.nanoTime() - deadline > 0) {
        throw new HoldfastException(
            ErrorCode.PG_RUNNING,
            "the WAL receiver " + receivers + " does not end",
            "A process that waits for a disk ends when the disk answers: is its device well?");
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      receivers = control.walReceivers();
    }
  }

  /** The synchronous_standby_names for a protection, in a cluster of so many nodes. */
  String confirming(Protection protection, int nodes) {
    return confirming.text(protection, nodes);
  }

  void startPrimary(long version, Protection protection, int nodes, Watch watch) {
    upstreams.close();
    settings.takeOver();
    settings.standby(false);
    settings.admit(ROLE);
    settings.write(version, confirming.text(protection, nodes), node, 0);
    if (watch.unwanted()) {
      return;
    }
    control.launch();
    awaitPrimary(watch);
    timelines.archiveSkipped(watch.sight().position().history().timeline());
  }

  void startFrozen() {
    upstreams.close();
    settings.takeOver();
    settings.standby(true);
    settings.admit(ROLE);
    settings.write(0, "", node, 0);
    control.launch();
  }

  /** Nobody is acknowledged before the protection is in force: it is so before the promotion. */
  void promote(Timeline timeline, long version, Protection protection, Watch watch) {
    upstreams.close();
    String before = settings.synchronousStandbyNames();
    String names = Confirmations.text(protection);
    settings.write(version, names, node, 0);
    // A standby is launched with nobody in the set. Where that stays so there is nothing to prove.
    if (!before.isEmpty() || !names.isEmpty()) {
      reloads.reload(version, names, IN_FORCE);
    }
    Timeline present = watch.sight().position().history().timeline();
    if (present.compareTo(timeline) >= 0) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "a server on timeline " + present + " cannot be promoted to timeline " + timeline);
    }
    timelines.skip(present, timeline);
    if (watch.unwanted()) {
      return;
    }
    try (ReplicationSession session = session()) {
      session.promote();
    }
    awaitPrimary(watch);
    timelines.archiveSkipped(timeline);
    Thread.ofVirtual().name("checkpoint").start(this::checkpoint);
  }

  /** Whoever is rewound to this server needs one of its new timeline. */
  private void checkpoint() {
    try (ReplicationSession session = session()) {
      session.checkpoint();
    } catch (HoldfastException e) {
      log.accept("does not wait for the checkpoint after the promotion: " + e.getMessage());
    }
  }

  /** Until it is one, or is gone: what the keeper saw last may be from before it was started. */
  private void awaitPrimary(Watch watch) {
    while (watch.sight().server() != Server.PRIMARY
        && !watch.unwanted()
        && !control.processes().running().isEmpty()) {
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  /**
   * Puts a protection in force.
   *
   * @return an LSN taken after it was
   */
  Lsn apply(long version, Protection protection, int nodes) {
    confirming.release(nodes);
    String names = confirming.text(protection, nodes);
    settings.write(version, names, node, 0);
    reloads.reload(version, names, IN_FORCE);
    try (ReplicationSession session = session()) {
      if (!configuration.files().isIn(configuration.data())) {
        new CarriedConfiguration(configuration.data()).pack(session);
      }
      if (!roleProvided) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        session.provideRole(ROLE, ScramVerifier.of(secret, salt));
        roleProvided = true;
      }
      return session.inserted();
    }
  }

  void stream(NodeId upstream, ServerAddress address, boolean runs) {
    boolean running = runs;
    if (runs && !control.hasEnvironment()) {
      // Somebody else started it: its WAL receiver would look for the service elsewhere. It is not
      // stopped before the upstream lets it in.
      elsewhere(address).close();
      log.accept("restarts a standby that was started by somebody else");
      control.stop(StopMode.FAST, STOP_PATIENCE);
      running = false;
    }
    if (!running) {
      settings.takeOver();
      settings.standby(true);
      settings.admit(ROLE);
    }
    settings.write(0, "", node, upstream.number());
    upstreams.open(upstream.number(), address);
    if (running) {
      control.hangUp();
    } else {
      control.launch();
    }
  }

  /** Streams from a frozen node until that has nothing more, and is frozen again. */
  void fetch(NodeId from, ServerAddress address, Watch watch) {
    stream(from, address, true);
    long deadline = System.nanoTime() + FETCH.toNanos();
    Lsn reached = new Lsn(0);
    long since = System.nanoTime();
    while (!watch.unwanted() && System.nanoTime() - deadline < 0) {
      Sight sight = watch.sight();
      if (!sight.streamAlive() || !sight.position().flushed().equals(reached)) {
        reached = sight.position().flushed();
        since = System.nanoTime();
      } else if (System.nanoTime() - since > NOTHING_MORE.toNanos()) {
        break;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    stopReceiver();
  }

  /**
   * Rewinds to a primary that has made a checkpoint since its promotion: before that {@code
   * pg_rewind} takes it for a server on the old timeline, and does nothing. Where there is no
   * {@code pg_rewind} a copy comes to the same.
   */
  void rewind(ServerAddress source, Watch watch) {
    if (!copies.canRewind()) {
      log.accept("this PostgreSQL comes without pg_rewind: a new copy is made");
      copy(source, watch);
      return;
    }
    long deadline = System.nanoTime() + CHECKPOINT.toNanos();
    try (ReplicationSession session = elsewhere(source)) {
      while (!session.checkpointTimeline().equals(session.written().timeline())) {
        if (watch.unwanted()) {
          throw Abandonment.of("the rewind");
        }
        if (System.nanoTime() - deadline > 0) {
          throw new HoldfastException(
              ErrorCode.DB_MISMATCH, "the primary has made no checkpoint since its promotion");
        }
        LockSupport.parkNanos(NOTHING_MORE.toNanos());
      }
    }
    copies.rewind(source, watch::givenUp);
  }

  /**
   * Makes it a copy of the primary: from the repository, where that has a backup, so that the
   * primary is not burdened; else from the primary itself.
   */
  void copy(ServerAddress source, Watch watch) {
    if (!copyFromRepository(source, watch)) {
      copies.copy(source, watch::givenUp);
    }
  }

  private boolean copyFromRepository(ServerAddress source, Watch watch) {
    boolean again = fromRepository;
    fromRepository = false;
    if (again) {
      log.accept("the repository's copy did not do: the primary is copied");
      return false;
    }
    try {
      String cluster;
      Timeline timeline;
      try (ReplicationSession session = elsewhere(source)) {
        cluster = session.systemIdentifier();
        timeline = session.written().timeline();
      }
      if (!repository.hold(cluster, watch::givenUp)) {
        return false;
      }
      log.accept("restores a backup from the repository");
      repository.standby(timeline, watch::givenUp);
      fromRepository = true;
      return true;
    } catch (HoldfastException e) {
      if (watch.givenUp()) {
        throw e;
      }
      log.accept("the primary is copied, because not the repository: " + e.getMessage());
      return false;
    }
  }

  /** The copy has all that it needs from the repository. */
  void leaveRepository() {
    fromRepository = false;
    if (settings.dropRestoreCommand()) {
      control.hangUp();
    }
  }

  /** Puts in place what the repository has: recovered on a timeline above this one, and stopped. */
  void restore(Recovery wanted, Timeline above, Watch watch) {
    upstreams.close();
    repository.recovered(wanted, above, watch);
  }

  @Override
  public Optional<WalSegment> segment() {
    return unready.segment();
  }

  @Override
  public boolean upstreamLacks(ServerAddress upstream, Lsn from, TimelineHistory line) {
    try (ReplicationSession session = elsewhere(upstream)) {
      return !session.hasWal(timelines.needed(from, line));
    }
  }

  @Override
  public boolean upstreamLacks(ServerAddress upstream, WalSegment segment, TimelineHistory line) {
    try (ReplicationSession session = elsewhere(upstream)) {
      return !session.hasWal(timelines.needed(segment, line));
    }
  }

  @Override
  public boolean asksAgain(WalSegment segment) {
    return unready.asksAgain(segment);
  }

  @Override
  public RepositoryCopies.Holding archived(WalSegment segment, TimelineHistory line) {
    return settings.hasRestoreCommand()
        ? repository.archived(timelines.needed(segment, line))
        : RepositoryCopies.Holding.NO;
  }

  @Override
  public boolean isUntriedCopy() {
    return fromRepository;
  }

  /** As the nodes' role, with another node's server. */
  ReplicationSession elsewhere(ServerAddress node) {
    SessionTarget target = new SessionTarget(node.host(), node.port(), DATABASE, ROLE);
    return ReplicationSession.open(target, QUERY, Map.of("PGPASSWORD", secret));
  }

  /** How far a primary is now, along the history that its copy here brought with it. */
  Position position(ServerAddress source) {
    try (ReplicationSession session = elsewhere(source)) {
      ReplicationSession.Written written = session.written();
      return new Position(timelines.history(written.timeline()), written.flushed());
    }
  }

  /** The data directory. */
  Path data() {
    return configuration.data();
  }

  /** With the server here, as a superuser. */
  ReplicationSession session() {
    return ReplicationSession.open(configuration.local(), QUERY, Map.of());
  }
}

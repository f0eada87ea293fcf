package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.health.HealthServer;
import dev.holdfast.ha.health.NodeHealth;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.Welcome;
import dev.holdfast.postgres.process.ClusterProcesses;
import dev.holdfast.postgres.process.ServerControl;
import dev.holdfast.postgres.replication.Upstreams;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A keeper from its start: registers until it has an identity, then keeps its node. */
public final class KeeperProcess implements AutoCloseable {
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(500);

  private final KeeperConfiguration configuration;
  private final MonitorClient client;
  private final Consumer<String> log;
  private final KeeperStore store;
  private volatile boolean closing;
  private volatile @Nullable Keeper keeper;

  /**
   * Takes the keeper's directory.
   *
   * @param log gets a line for everything that people want to know
   * @throws HoldfastException lock-acquire (50) when another keeper has the directory, json-format
   *     (99) when what is in it cannot be understood
   */
  public KeeperProcess(
      KeeperConfiguration configuration, MonitorClient client, Consumer<String> log) {
    this.configuration = configuration;
    this.client = client;
    this.log = log;
    this.store = KeeperStore.open(configuration.state());
  }

  /**
   * Works until {@link #stop}, or until the node has left the cluster.
   *
   * @return whether it has left
   * @throws HoldfastException pg-running (38) when PostgreSQL runs, and was never kept by this one
   */
  public boolean run() {
    try (HealthServer health = openHealth()) {
      return keep();
    }
  }

  /** Load balancers are not worth a node: what is in the way of them is said, and that is all. */
  private @Nullable HealthServer openHealth() {
    if (configuration.health().isEmpty()) {
      return null;
    }
    try {
      return HealthServer.open(configuration.health().get(), this::health);
    } catch (HoldfastException e) {
      log.accept(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private NodeHealth health() {
    Keeper one = keeper;
    return one == null
        ? NodeHealth.unknown(configuration.cluster(), configuration.name())
        : one.health(configuration);
  }

  private boolean keep() {
    refuseAServerThatNobodyAdopted();
    rememberItsConfiguration();
    register();
    if (closing) {
      return false;
    }
    String secret = store.record().secret();
    Upstreams upstreams =
        new Upstreams(configuration.state().resolve("pg_service.conf"), Hands.ROLE, secret);
    ServerControl control =
        new ServerControl(
            configuration.installation(),
            configuration.data(),
            configuration.state().resolve("postgresql.log"),
            Map.of(Upstreams.VARIABLE, upstreams.file().toString()),
            configuration.files().launchSettings(configuration.data()));
    control.endLeftPrograms();
    LeaseFile lease = LeaseFile.in(configuration.state());
    try (Question question = new Question(configuration.local(), Map.of());
        Watchdog watchdog =
            new Watchdog(configuration.watchdog(), LinuxWatchdog::open, BootClock::nanos, log);
        Keeper one =
            new Keeper(
                configuration.name(),
                store,
                new ServerEye(configuration.data(), control, upstreams, question),
                new Hands(
                    configuration,
                    control,
                    upstreams,
                    secret,
                    store.record().memory().orElseThrow().node(),
                    log),
                new Lease(lease, BootClock::nanos),
                new DeadMan(lease.path(), configuration.data()),
                watchdog,
                client,
                configuration.endpoint(),
                log)) {
      keeper = one;
      if (closing) {
        one.stop();
      }
      return one.run();
    }
  }

  /**
   * A new keeper stops what writes until it is told to lead. So it does not begin beside a server
   * that serves somebody.
   */
  private void refuseAServerThatNobodyAdopted() {
    if (store.record().memory().isEmpty()
        && !new ClusterProcesses(configuration.data()).running().isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PG_RUNNING,
          "PostgreSQL runs on '"
              + configuration.data()
              + "', and this keeper has not registered as its keeper",
          "holdfast adopt, with the same options, takes it over as it runs.",
          "Or stop PostgreSQL, and start the keeper then.");
    }
  }

  /** A rewind or a copy brings another node's configuration into the data directory. */
  private void rememberItsConfiguration() {
    boolean elsewhere = !configuration.files().isIn(configuration.data());
    if (elsewhere && !AdoptedServer.read(configuration.state()).isAdopted()) {
      AdoptedServer.of(configuration.files()).write(configuration.state());
    }
  }

  private void register() {
    @Nullable ErrorCode said = null;
    while (!closing && store.record().memory().isEmpty()) {
      try {
        Welcome welcome =
            client.join(
                store.record().token(),
                configuration.name(),
                configuration.endpoint(),
                ExistingData.of(configuration.data()));
        store.save(store.record().welcomed(welcome));
        log.accept("is node " + welcome.node());
      } catch (HoldfastException e) {
        if (e.code() != said) {
          log.accept(e.describe());
          said = e.code();
        }
        LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
        closing |= Thread.currentThread().isInterrupted();
      }
    }
  }

  /** Has {@link #run} return soon; PostgreSQL stays as it is. */
  public void stop() {
    closing = true;
    Keeper one = keeper;
    if (one != null) {
      one.stop();
    }
  }

  @Override
  public void close() {
    stop();
    store.close();
  }
}

package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.ha.decide.Act;
import dev.holdfast.ha.decide.KeeperMemory;
import dev.holdfast.ha.decide.KeeperRules;
import dev.holdfast.ha.decide.KeeperView;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Protection;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.decide.Settings;
import dev.holdfast.ha.wire.Directive;
import dev.holdfast.ha.wire.MonitorClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A keeper that obeys, of a PostgreSQL that does at once whatever it is told. Those of one cluster
 * see each other's WAL in a map that they share.
 */
public final class FakeKeeper implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** The system identifier of every cluster of these. */
  static final String SYSTEM = "7";

  private static final Lsn BEGIN = Lsn.parse("0/3000000");

  /** The keepers of a cluster. */
  public static final class Site {
    private final Map<NodeId, FakeKeeper> keepers = new ConcurrentHashMap<>();
  }

  private final Site site;
  private final MonitorClient client;
  private final ServerAddress endpoint;
  private final KeeperRules rules = new KeeperRules(Settings.DEFAULT);
  private final Thread loop;
  private volatile KeeperMemory memory;
  private volatile Server server = Server.ABSENT;
  private volatile Position position =
      new Position(new TimelineHistory(new Timeline(1), List.of()), new Lsn(0));
  private volatile boolean ended;
  private volatile int upstream;
  private long applied;
  private Protection protection = Protection.UNPROTECTED;
  private long sequence = 1;
  private long answered;
  private long fresh = 2;

  private FakeKeeper(Site site, MonitorClient client, String name, long token, int port) {
    this.site = site;
    this.client = client;
    this.endpoint = new ServerAddress("127.0.0.1", port);
    this.memory = KeeperMemory.of(client.join(token, name, endpoint).node());
    site.keepers.put(memory.node(), this);
    this.loop = Thread.ofPlatform().daemon().name("keeper " + name).start(this::run);
  }

  /** Registers, and runs until it is closed. */
  public static FakeKeeper start(
      Site site, URI monitor, String cluster, String name, long token, int port) {
    return start(
        site, new MonitorClient(monitor, cluster, Duration.ofSeconds(10)), name, token, port);
  }

  /** The same, with a client that is closed with it. */
  public static FakeKeeper start(
      Site site, MonitorClient client, String name, long token, int port) {
    return new FakeKeeper(site, client, name, token, port);
  }

  /** The same with several monitors, asked as a real keeper asks them. */
  public static FakeKeeper start(
      Site site, List<URI> monitors, String cluster, String name, long token, int port) {
    MonitorClient client = new MonitorClient(monitors, cluster, Duration.ofSeconds(2));
    return new FakeKeeper(site, client, name, token, port);
  }

  /** Its identity. */
  public NodeId node() {
    return memory.node();
  }

  /** Its order, once it has one. */
  public Optional<Order> order() {
    return memory.order();
  }

  /** What it would report now. */
  public Report report() {
    return rules.report(memory, view(), sequence + 1);
  }

  private void run() {
    while (!ended) {
      try {
        work();
        client
            .report(rules.report(memory, view(), ++sequence), endpoint, SYSTEM)
            .ifPresent(this::obey);
        client.await(node(), memory.revision(), PAUSE).ifPresent(this::obey);
      } catch (HoldfastException e) {
        // The monitor is restarted, or its disk is full.
        if (e.code() == ErrorCode.TERM) {
          return;
        }
        Thread.onSpinWait();
      }
    }
  }

  private void obey(Directive directive) {
    rules
        .accept(memory, directive.tell())
        .ifPresent(next -> {
          memory = next;
          answered = directive.tell().answers();
        });
  }

  private void work() {
    receive();
    Act act = rules.next(memory, view());
    for (int steps = 0; steps < 5 && !act.equals(Act.NOTHING); steps++) {
      perform(act);
      receive();
      act = rules.next(memory, view());
    }
  }

  private void receive() {
    if (server == Server.PRIMARY) {
      position = new Position(position.history(), position.flushed().plus(100));
    } else if (server == Server.STANDBY && streams()) {
      position = site.keepers.get(new NodeId(upstream)).position;
      memory = memory.regained(position);
    }
  }

  private boolean streams() {
    FakeKeeper source = upstream > 0 ? site.keepers.get(new NodeId(upstream)) : null;
    return source != null && source.server == Server.PRIMARY && !source.ended;
  }

  private void perform(Act act) {
    switch (act) {
      case Act.Nothing nothing -> {}
      case Act.StopServer stop -> {
        sendTheRest();
        server = Server.STOPPED;
        upstream = 0;
        fresh = sequence + 1;
      }
      case Act.StopReceiver stop -> freeze();
      case Act.Initialize initialize -> {
        position = new Position(position.history(), BEGIN);
        server = Server.STOPPED;
        memory = memory.sawData();
        fresh = sequence + 1;
      }
      case Act.StartPrimary start -> write(start.version(), start.protection());
      case Act.StartFrozen start -> freeze();
      case Act.Promote promote -> {
        List<TimelineHistory.Ancestor> ancestors = new ArrayList<>(position.history().ancestors());
        ancestors.add(
            new TimelineHistory.Ancestor(position.history().timeline(), position.flushed()));
        position =
            new Position(new TimelineHistory(promote.timeline(), ancestors), position.flushed());
        write(promote.version(), promote.protection());
      }
      case Act.Apply apply -> write(apply.version(), apply.protection());
      case Act.Stream stream -> {
        server = Server.STANDBY;
        upstream = stream.upstream().number();
      }
      case Act.Fetch fetch -> position = site.keepers.get(fetch.from()).position;
      case Act.Restore restore -> {
        memory = memory.sawData().rebuildBegins().restoredFor(restore.epoch());
        server = Server.STOPPED;
        fresh = sequence + 1;
      }
      case Act.Rewind rewind -> rebuild(rewind.upstream());
      case Act.Clone clone -> rebuild(clone.upstream());
    }
  }

  /** A PostgreSQL that is stopped in order waits for its standbys to have all of its WAL. */
  private void sendTheRest() {
    if (server == Server.PRIMARY) {
      for (FakeKeeper each : site.keepers.values()) {
        if (each.server == Server.STANDBY && each.upstream == node().number()) {
          each.position = position;
        }
      }
    }
  }

  private void freeze() {
    server = Server.FROZEN;
    upstream = 0;
  }

  private void write(long version, Protection next) {
    server = Server.PRIMARY;
    applied = version;
    protection = next;
  }

  private void rebuild(NodeId from) {
    position = site.keepers.get(from).position;
    memory = memory.sawData().rebuildBegins().rebuilt(position);
    server = Server.STOPPED;
    fresh = sequence + 1;
  }

  private KeeperView view() {
    Set<NodeId> streaming =
        site.keepers.values().stream()
            .filter(each -> each.upstream == node().number())
            .map(FakeKeeper::node)
            .collect(Collectors.toSet());
    return new KeeperView(
        false,
        server,
        position,
        upstream,
        streams(),
        false,
        applied,
        protection,
        position.flushed(),
        streaming,
        0,
        answered,
        fresh,
        0,
        0,
        Long.MAX_VALUE);
  }

  /** Its host is gone. */
  @Override
  public void close() {
    ended = true;
    client.close();
    try {
      loop.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.Act;
import dev.holdfast.ha.decide.Command;
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
import dev.holdfast.ha.health.NodeHealth;
import dev.holdfast.ha.wire.Directive;
import dev.holdfast.ha.wire.MonitorClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One node's keeper, once it has an identity: see the package for who calls whom. */
final class Keeper implements AutoCloseable {
  /** While an act is under way its effect is looked for so often. */
  private static final Duration WHILE_BUSY = Duration.ofMillis(10);

  /** A failed act is tried again after this. */
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private static final Duration RESTARTS_COUNT = Duration.ofMinutes(1);

  /** A keeper that has not looked for so long is in trouble. */
  private static final Duration ALIVE = Duration.ofSeconds(10);

  private static final int SENDING_TIMES = 256;

  /** What wakes the keeper. */
  private sealed interface News {
    record Told(Directive directive) implements News {}

    record Done(Act act, Optional<HoldfastException> problem) implements News {}

    record Look() implements News {}
  }

  private record Applied(long version, Protection protection, Lsn at) {}

  private final KeeperStore store;
  private final ServerEye eye;
  private final Hands hands;
  private final MonitorLine line;
  private final ProcessWatch ends;
  private final Consumer<String> log;
  private final LinkedBlockingQueue<News> inbox = new LinkedBlockingQueue<>();
  private final long[] sentAt = new long[SENDING_TIMES];
  private final Stranding stranding;
  private final Deque<Long> starts = new ArrayDeque<>();

  private KeeperMemory memory;
  private volatile Sight sight;
  private volatile @Nullable Act busyWith;
  private volatile boolean unwanted;
  private volatile long revision;
  private volatile boolean closing;
  private volatile boolean leads;
  private volatile boolean confirms;
  private volatile long turnedAt = System.nanoTime();
  private Applied applied = new Applied(0, Protection.UNPROTECTED, new Lsn(0));
  private Server seen = Server.ABSENT;
  private long sequence;
  private long answered;
  private long fresh;
  private long monitorHeard = System.nanoTime();
  private long leaseEnds = BootClock.nanos();
  private long notBefore = System.nanoTime();
  private @Nullable Report reported;
  private long reportedAt;
  private String problem = "";
  private String trouble = "";

  /** Whose copy is made, while that one has not said how far it is. */
  private @Nullable NodeId unproven;

  Keeper(
      KeeperStore store,
      ServerEye eye,
      Hands hands,
      MonitorClient client,
      ServerAddress endpoint,
      Consumer<String> log) {
    this.store = store;
    this.eye = eye;
    this.hands = hands;
    this.log = log;
    this.stranding = new Stranding(hands, log);
    this.memory = store.record().memory().orElseThrow();
    this.revision = memory.revision();
    this.sequence = store.record().incarnation() << 32;
    this.fresh = sequence + 1;
    this.line = new MonitorLine(client, endpoint, told -> inbox.add(new News.Told(told)), log);
    this.ends = new ProcessWatch(() -> inbox.add(new News.Look()));
    this.sight = eye.look(Duration.ofSeconds(1), Duration.ofSeconds(1));
  }

  /**
   * Works until {@link #close}, or until the node has left the cluster.
   *
   * @return whether it has left
   */
  boolean run() {
    line.start(memory.node(), () -> revision);
    ends.start();
    while (!closing) {
      if (turn()) {
        return true;
      }
      await();
    }
    return false;
  }

  /**
   * Looks, begins an act where there is one to begin, reports. What goes wrong (a full disk) is
   * said and tried again: nothing is done or reported then.
   *
   * @return whether the node has left the cluster
   */
  private boolean turn() {
    try {
      sight = look();
      turnedAt = System.nanoTime();
      leads = isToLead();
      if (hasLeft()) {
        store.forget();
        return true;
      }
      fenceInTime();
      notice();
      stranding.consider(memory, sight, busyWith != null, store.record().peers());
      act();
      report();
    } catch (HoldfastException e) {
      say(e);
    } catch (RuntimeException e) {
      say(new HoldfastException(ErrorCode.UNHANDLED, "unexpected: " + e, e));
    }
    return false;
  }

  private void say(HoldfastException e) {
    String text = String.valueOf(e.getMessage());
    if (!text.equals(trouble)) {
      log.accept(text);
    }
    trouble = text;
  }

  private Sight look() {
    if (isRebuilt(busyWith)) {
      return sight;
    }
    Duration silent = store.record().settings().unhealthyAfter();
    Sight now = eye.look(store.record().settings().heartbeat(), silent);
    ends.expect(now);
    return now;
  }

  /**
   * A lease ends whatever else goes on: a long act, a checkpoint, a state directory that is full.
   */
  private void fenceInTime() {
    Settings settings = store.record().settings();
    boolean writes = sight.server() == Server.PRIMARY || sight.server() == Server.HUNG;
    if (writes && mayBeLeased() && leaseEnds - BootClock.nanos() < settings.lease().toNanos() / 4) {
      log.accept("the lease ends: PostgreSQL is stopped");
      unwanted = true;
      hands.fence();
      sight = look();
    }
  }

  private boolean mayBeLeased() {
    if (applied.version() > 0) {
      return applied.protection() instanceof Protection.Leased;
    }
    boolean told = isToLead() && lead().protection() instanceof Protection.Leased;
    boolean leaves = !isToLead() && !store.record().settings().synchronous();
    return (told || leaves) && hands.configured(true) instanceof Protection.Leased;
  }

  private Order.Lead lead() {
    return (Order.Lead) memory.order().orElseThrow();
  }

  /** Whether the data directory is being made, so that there is nothing to be seen in it yet. */
  private static boolean isRebuilt(@Nullable Act act) {
    return act instanceof Act.Initialize || act instanceof Act.Clone || act instanceof Act.Rewind;
  }

  private boolean hasLeft() {
    return busyWith == null
        && memory.order().isPresent()
        && memory.order().get() instanceof Order.Leave
        && (sight.server() == Server.STOPPED || sight.server() == Server.ABSENT);
  }

  /** What follows from the look itself. */
  private void notice() {
    if (sight.server() == Server.STOPPED && seen != Server.STOPPED) {
      fresh = sequence + 1;
    }
    if (sight.server() != Server.PRIMARY && applied.version() != 0 && busyWith == null) {
      applied = new Applied(0, Protection.UNPROTECTED, new Lsn(0));
    }
    if (sight.server() != seen) {
      log.accept("PostgreSQL is " + sight.server() + " at " + sight.position());
    }
    seen = sight.server();
    if (seen == Server.PRIMARY
        && applied.version() > 0
        && busyWith == null
        && !eye.confirming().equals(Confirmations.text(applied.protection()))) {
      log.accept("synchronous_standby_names was changed to '" + eye.confirming() + "'");
      applied = new Applied(0, Protection.UNPROTECTED, new Lsn(0));
    }
    if (seen == Server.STOPPED && busyWith == null && isToStandStill()) {
      hands.closeWay();
    }
    KeeperMemory next = memory;
    if (next.underway() && seen == Server.PRIMARY && isToLead()) {
      next = next.settled();
    }
    if (!next.populated() && seen != Server.ABSENT) {
      next = next.sawData();
    }
    remember(next.regained(sight.position()));
  }

  private boolean isToStandStill() {
    return memory.order().isEmpty()
        || switch (memory.order().get()) {
          case Order.Freeze freeze -> true;
          case Order.Stop stop -> true;
          case Order.Fetch fetch -> true;
          case Order.Leave leave -> true;
          case Order.Lead lead -> true;
          case Order.Follow follow -> false;
          case Order.Rest rest -> false;
        };
  }

  private boolean isToLead() {
    return memory.order().isPresent() && memory.order().get() instanceof Order.Lead;
  }

  private void remember(KeeperMemory next) {
    if (!next.equals(memory)) {
      store.save(store.record().remembering(next));
      memory = next;
      revision = next.revision();
    }
  }

  private KeeperRules rules() {
    return new KeeperRules(store.record().settings());
  }

  private void act() {
    if (busyWith != null || System.nanoTime() - notBefore < 0) {
      return;
    }
    NodeId source = unproven;
    if (source != null
        && memory.order().isPresent()
        && memory.order().get() instanceof Order.Follow) {
      rebuilt(source);
      return;
    }
    unproven = null;
    Act act = rules().next(memory, view());
    if (act instanceof Act.Nothing) {
      return;
    }
    boolean rests =
        act instanceof Act.StartPrimary
            || act instanceof Act.StartFrozen
            || act instanceof Act.Rewind
            || act instanceof Act.Stream;
    if (rests && sight.server() == Server.STOPPED && eye.unreadable()) {
      if (!eye.problem().equals(problem)) {
        log.accept("cannot begin " + act + ": " + eye.problem());
        problem = eye.problem();
      }
      return;
    }
    if (act.outlivesItsKeeper()) {
      remember(memory.begins());
    }
    if (act instanceof Act.Rewind || act instanceof Act.Clone) {
      remember(memory.rebuildBegins());
    }
    if (act instanceof Act.StartPrimary) {
      starts.addLast(System.nanoTime());
      // Whether or not it comes up: the next start needs an answer that was asked for after this.
      fresh = sequence + 1;
    }
    log.accept("begins " + act);
    busyWith = act;
    unwanted = false;
    KeeperMemory present = memory;
    Map<NodeId, ServerAddress> peers = store.record().peers();
    Thread.ofVirtual()
        .name("act")
        .start(() -> {
          Optional<HoldfastException> failure = Optional.empty();
          try {
            perform(act, present, peers);
          } catch (HoldfastException e) {
            failure = Optional.of(e);
          } catch (RuntimeException | Error e) {
            failure =
                Optional.of(
                    new HoldfastException(
                        ErrorCode.UNHANDLED, act + " failed unexpectedly: " + e, e));
          }
          inbox.add(new News.Done(act, failure));
        });
  }

  private final Hands.Watch watch =
      new Hands.Watch() {
        @Override
        public Sight sight() {
          return Keeper.this.sight;
        }

        @Override
        public boolean unwanted() {
          return unwanted || closing;
        }
      };

  private void perform(Act act, KeeperMemory present, Map<NodeId, ServerAddress> peers) {
    switch (act) {
      case Act.Nothing nothing -> {}
      case Act.Initialize initialize -> hands.initialize();
      case Act.StopServer stop -> {
        if (present.order().isPresent() && present.order().get() instanceof Order.Lead) {
          hands.fence();
        } else {
          hands.stop(watch, !store.record().settings().synchronous());
        }
      }
      case Act.StopReceiver stop -> hands.stopReceiver();
      case Act.StartPrimary start -> hands.startPrimary(start.version(), start.protection(), watch);
      case Act.StartFrozen start -> hands.startFrozen();
      case Act.Promote promote ->
          hands.promote(promote.timeline(), promote.version(), promote.protection(), watch);
      case Act.Apply apply -> {
        Lsn at = hands.apply(apply.version(), apply.protection());
        justApplied = new Applied(apply.version(), apply.protection(), at);
      }
      case Act.Stream stream ->
          hands.stream(
              stream.upstream(),
              address(peers, stream.upstream()),
              sight.server() != Server.STOPPED);
      case Act.Fetch fetch -> hands.fetch(fetch.from(), address(peers, fetch.from()), watch);
      case Act.Rewind rewind -> hands.rewind(address(peers, rewind.upstream()), watch);
      case Act.Clone clone -> hands.copy(address(peers, clone.upstream()));
    }
  }

  private volatile @Nullable Applied justApplied;

  /** How the node is, for load balancers; asked from any thread. */
  NodeHealth health(KeeperConfiguration configuration) {
    Sight now = sight;
    NodeHealth.Role role = NodeHealth.Role.NONE;
    if (now.answers()) {
      role = now.server() == Server.PRIMARY ? NodeHealth.Role.PRIMARY : NodeHealth.Role.REPLICA;
    }
    return new NodeHealth(
        configuration.cluster(),
        configuration.name(),
        role,
        leads,
        confirms,
        now.position().history().timeline().number(),
        now.position().flushed().toString(),
        now.lag(),
        System.nanoTime() - turnedAt < ALIVE.toNanos());
  }

  private static ServerAddress address(Map<NodeId, ServerAddress> peers, NodeId node) {
    ServerAddress found = peers.get(node);
    if (found == null) {
      throw new HoldfastException(
          ErrorCode.HOST_INVALID, "nobody has said yet where node " + node + " is");
    }
    return found;
  }

  private void done(News.Done done) {
    busyWith = null;
    if (done.problem().isPresent()) {
      notBefore = System.nanoTime() + AFTER_FAILURE.toNanos();
      String text = String.valueOf(done.problem().get().getMessage());
      if (!text.equals(problem)) {
        log.accept(done.act() + " failed: " + text);
      }
      problem = text;
      return;
    }
    problem = "";
    switch (done.act()) {
      case Act.Apply apply -> {
        Applied now = justApplied;
        if (now != null) {
          applied = now;
        }
      }
      case Act.StopServer stop -> remember(memory.settled());
      case Act.Stream stream -> remember(memory.settled());
      case Act.Rewind rewind -> rebuilt(rewind.upstream());
      case Act.Clone clone -> {
        stranding.over();
        rebuilt(clone.upstream());
      }
      default -> {}
    }
  }

  /**
   * From now on it counts again when it holds what the primary holds now. Until the primary has
   * said how far it is, nothing is done with the copy.
   */
  private void rebuilt(NodeId upstream) {
    try {
      Position there = hands.position(address(store.record().peers(), upstream));
      eye.rebuilt(there);
      remember(memory.rebuilt(there));
      unproven = null;
    } catch (HoldfastException e) {
      // Without the primary's history it is no copy of it, and another is made.
      unproven = e.code() == ErrorCode.FILE_MISSING ? null : upstream;
      notBefore = System.nanoTime() + AFTER_FAILURE.toNanos();
      log.accept("does not know yet how far the primary is: " + e.getMessage());
    }
  }

  private KeeperView view() {
    long now = System.nanoTime();
    while (!starts.isEmpty() && now - starts.getFirst() > RESTARTS_COUNT.toNanos()) {
      starts.removeFirst();
    }
    Protection protection =
        applied.version() > 0
            ? applied.protection()
            : hands.configured(
                memory.order().isPresent()
                    && memory.order().get() instanceof Order.Lead lead
                    && lead.protection() instanceof Protection.Leased);
    return new KeeperView(
        busyWith != null || !sight.exact(),
        sight.server(),
        sight.position(),
        sight.upstream(),
        sight.streamAlive(),
        stranding.found(),
        applied.version(),
        protection,
        applied.at(),
        sight.streaming().keySet(),
        starts.size(),
        answered,
        fresh,
        now - monitorHeard,
        membersSilence(protection),
        leaseEnds - BootClock.nanos());
  }

  /** For how long fewer members than must confirm have been heard. */
  private long membersSilence(Protection protection) {
    if (!(protection instanceof Protection.SyncSet set)) {
      return 0;
    }
    List<Long> silences = new ArrayList<>();
    for (NodeId member : set.members()) {
      silences.add(sight.streaming().getOrDefault(member, Long.MAX_VALUE));
    }
    silences.sort(null);
    return silences.get(set.required() - 1);
  }

  /** At once when something has changed that others wait for, and once a heartbeat anyway. */
  private void report() {
    Report next = rules().report(memory, view(), sequence + 1);
    boolean due = System.nanoTime() - reportedAt >= store.record().settings().heartbeat().toNanos();
    Report last = reported;
    if (!due && last != null && says(next).equals(says(last))) {
      return;
    }
    sequence++;
    reportedAt = System.nanoTime();
    sentAt[(int) (sequence % SENDING_TIMES)] = BootClock.nanos();
    reported = next;
    line.send(next);
    if (due) {
      eye.keepPrimaryHeard(sight);
    }
  }

  /** What of a report is worth another one. */
  private static List<Object> says(Report report) {
    return List.of(
        report.promised(),
        report.frozen(),
        report.server(),
        report.position().history(),
        report.complete(),
        report.upstream(),
        report.streamAlive(),
        report.applied(),
        report.streaming());
  }

  /** Until something happens, the next heartbeat is due, or a lease is about to end. */
  private long patience() {
    if (busyWith != null && !isRebuilt(busyWith)) {
      return WHILE_BUSY.toNanos();
    }
    Settings settings = store.record().settings();
    long heartbeat = settings.heartbeat().toNanos();
    long next = heartbeat - (System.nanoTime() - reportedAt);
    if (memory.order().isPresent()
        && memory.order().get() instanceof Order.Lead lead
        && lead.protection() instanceof Protection.Leased) {
      next = Math.min(next, leaseEnds - settings.lease().toNanos() / 4 - BootClock.nanos());
    }
    return Math.clamp(next, WHILE_BUSY.toNanos(), heartbeat);
  }

  private void await() {
    long patience = WHILE_BUSY.toNanos();
    try {
      patience = patience();
    } catch (HoldfastException e) {
      say(e);
    }
    try {
      News news = inbox.poll(patience, TimeUnit.NANOSECONDS);
      while (news != null) {
        take(news);
        news = inbox.poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing = true;
    }
  }

  /** An order that cannot be written down is not accepted: it comes again. */
  private void take(News news) {
    try {
      switch (news) {
        case News.Told told -> receive(told.directive());
        case News.Done done -> done(done);
        case News.Look look -> {}
      }
    } catch (HoldfastException e) {
      say(e);
    } catch (RuntimeException e) {
      say(new HoldfastException(ErrorCode.UNHANDLED, "unexpected: " + e, e));
    }
  }

  private void receive(Directive directive) {
    Command.Tell tell = directive.tell();
    Optional<KeeperMemory> accepted = rules().accept(memory, tell);
    if (accepted.isEmpty()
        || (tell.answers() > sequence && !(tell.order() instanceof Order.Leave))) {
      return;
    }
    boolean other = !accepted.get().order().equals(memory.order());
    store.save(store.record().hearing(directive.settings(), directive.peers()));
    remember(accepted.get());
    if (other) {
      log.accept("is told to " + tell.order());
      unwanted = true;
      notBefore = System.nanoTime();
    }
    confirms = directive.confirms();
    answered = tell.answers();
    monitorHeard = System.nanoTime();
    boolean ours = tell.answers() >> 32 == store.record().incarnation();
    if (tell.order() instanceof Order.Lead && ours && sequence - tell.answers() < SENDING_TIMES) {
      long asked = sentAt[(int) (tell.answers() % SENDING_TIMES)];
      leaseEnds = Math.max(leaseEnds, asked + tell.lease());
    }
  }

  /** Has {@link #run} return; PostgreSQL stays as it is. */
  void stop() {
    closing = true;
    inbox.add(new News.Look());
  }

  @Override
  public void close() {
    stop();
    line.close();
    ends.close();
  }
}

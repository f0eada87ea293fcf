package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
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
import dev.holdfast.ha.decide.Testimony;
import dev.holdfast.ha.health.NodeHealth;
import dev.holdfast.ha.wire.Directive;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.Testifying;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One node's keeper, once it has an identity: see the package for who calls whom. */
final class Keeper implements AutoCloseable {
  /** While an act is under way its effect is looked for so often. */
  private static final Duration WHILE_BUSY = Duration.ofMillis(10);

  /** A failed act is tried again after this. */
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  /** So long a keeper that ends waits for the answer to its last question. */
  private static final Duration LAST_ANSWER = Duration.ofMillis(500);

  private static final Duration RESTARTS_COUNT = Duration.ofMinutes(1);

  /** What wakes the keeper. */
  private sealed interface News {
    record Told(Directive directive) implements News {}

    record Done(ActRunner.Done act) implements News {}

    record Look() implements News {}
  }

  private final String name;
  private final ServerAddress endpoint;
  private final KeeperStore store;
  private final ServerEye eye;
  private final Hands hands;
  private final ActRunner acts;
  private final MonitorLine line;
  private final ProcessWatch ends;
  private final Consumer<String> log;
  private final LinkedBlockingQueue<News> inbox = new LinkedBlockingQueue<>();
  private final LeaseGuard leaseGuard;
  private final Conversation conversation;
  private final InForce inForce;
  private final Stranding stranding;
  private final SlotKeeping slots;
  private final Vitals vitals;
  private final Deque<Long> starts = new ArrayDeque<>();

  private volatile Sight sight;
  private volatile long revision;
  private volatile boolean closing;
  private Server seen = Server.ABSENT;
  private long notBefore = System.nanoTime();
  private boolean left;

  /** Nanoseconds until the next turn when nobody wakes the keeper. */
  private long patience;

  /** What is wrong with the acts, and what with the keeper itself; each is said once. */
  private String problem = "";

  private String trouble = "";

  /** Whose copy is made, while that one has not said how far it is. */
  private @Nullable NodeId unproven;

  Keeper(
      String name,
      KeeperStore store,
      ServerEye eye,
      Hands hands,
      Lease lease,
      DeadMan deadMan,
      Watchdog watchdog,
      MonitorClient client,
      ServerAddress endpoint,
      Consumer<String> log) {
    this.name = name;
    this.endpoint = endpoint;
    this.store = store;
    this.eye = eye;
    this.hands = hands;
    this.log = log;
    this.revision = memory().revision();
    this.leaseGuard = new LeaseGuard(lease, deadMan, watchdog);
    this.conversation = new Conversation(store.record().incarnation(), lease);
    this.inForce = new InForce(hands::configured);
    this.stranding = new Stranding(hands, System::nanoTime, log);
    this.slots = new SlotKeeping(hands, log);
    this.acts = new ActRunner(hands, () -> sight, done -> inbox.add(new News.Done(done)));
    this.line =
        new MonitorLine(
            client, endpoint, eye::systemIdentifier, told -> inbox.add(new News.Told(told)), log);
    this.ends = new ProcessWatch(() -> inbox.add(new News.Look()));
    this.sight = eye.look(Duration.ofSeconds(1), Duration.ofSeconds(1));
    this.vitals = new Vitals(sight);
  }

  /**
   * Works until {@link #close}, or until the node has left the cluster.
   *
   * @return whether it has left
   */
  boolean run() {
    line.start(memory().node(), () -> revision);
    ends.start();
    while (!closing && !left) {
      patience = WHILE_BUSY.toNanos();
      attempt(this::turn);
      if (!left) {
        await();
      }
    }
    if (!left) {
      attempt(this::leaveTime);
    }
    return left;
  }

  /**
   * Goes on whatever goes wrong in a step (a full disk): it is said, and tried again at the next
   * turn. Nothing is done or reported that was to come after it.
   */
  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (HoldfastException e) {
      say(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // A defect must not leave PostgreSQL without a keeper.
      say("unexpected: " + e);
    }
  }

  private void say(String text) {
    if (!text.equals(trouble)) {
      log.accept(text);
    }
    trouble = text;
  }

  /** Looks, begins an act where there is one to begin, reports. */
  private void turn() {
    sight = look();
    vitals.note(sight, isToLead());
    if (hasLeft()) {
      leaseGuard.end();
      store.forget();
      left = true;
      return;
    }
    fenceInTime();
    attempt(this::guard);
    notice();
    stranding.consider(memory(), sight, acts.isBusy(), store.record().peers());
    slots.consider(store.record(), sight, acts.isBusy());
    act();
    report();
    patience = untilNext();
  }

  private Sight look() {
    if (acts.rebuilds()) {
      return sight;
    }
    Sight now = eye.look(settings().heartbeat(), settings().streamSilence());
    ends.expect(now);
    return now;
  }

  /**
   * A lease ends whatever else goes on: a long act, a checkpoint, a state directory that is full.
   */
  private void fenceInTime() {
    if (mayWriteLeased() && !leaseLasts()) {
      log.accept("the lease ends: PostgreSQL is stopped");
      acts.giveUp();
      hands.fence();
      sight = look();
    }
  }

  private void guard() {
    boolean begins = isToldToLease() && (leaseLasts() || acts.isBusy() || memory().underway());
    leaseGuard.stand(begins || mayWriteLeased(), settings().lease());
  }

  private boolean mayWriteLeased() {
    boolean writes =
        switch (sight.server()) {
          case PRIMARY, HUNG, LEFTOVERS -> true;
          case STANDBY, FROZEN, STOPPED, ABSENT -> false;
        };
    return writes && inForce.mayBeLeased(memory().order(), settings().synchronous());
  }

  private boolean isToldToLease() {
    return memory().order().isPresent()
        && memory().order().get() instanceof Order.Lead lead
        && lead.protection() instanceof Protection.Leased;
  }

  private boolean leaseLasts() {
    return conversation.leaseLeft() >= fencingTime();
  }

  /** What is kept of a lease for stopping before its end, in nanoseconds. */
  private long fencingTime() {
    return settings().lease().toNanos() / 4;
  }

  private boolean hasLeft() {
    return !acts.isBusy()
        && memory().order().isPresent()
        && memory().order().get() instanceof Order.Leave
        && (sight.server() == Server.STOPPED || sight.server() == Server.ABSENT);
  }

  /** What follows from the look itself. */
  private void notice() {
    if (sight.server() == Server.STOPPED && seen != Server.STOPPED) {
      conversation.askAfresh();
    }
    if (sight.server() != seen) {
      log.accept("PostgreSQL is " + sight.server() + " at " + sight.position());
    }
    seen = sight.server();
    if (!acts.isBusy()) {
      doubtWhatWasProven();
      if (seen == Server.STOPPED && isToStandStill()) {
        hands.closeWay();
      }
    }
    KeeperMemory next = memory();
    if (next.underway() && seen == Server.PRIMARY && isToLead()) {
      next = next.settled();
    }
    if (!next.populated() && seen != Server.ABSENT) {
      next = next.sawData();
    }
    // What a copy that was never started holds is not known, only what it is a copy of.
    boolean holds = sight.answers() || sight.exact();
    KeeperMemory regained = holds ? next.regained(sight.position()) : next;
    if (next.regain().isPresent() && regained.regain().isEmpty()) {
      hands.leaveRepository();
    }
    remember(regained);
  }

  private void doubtWhatWasProven() {
    if (!inForce.isProven()) {
      return;
    }
    if (seen != Server.PRIMARY) {
      inForce.doubt();
    } else if (!eye.confirming()
        .equals(hands.confirming(inForce.proven().protection(), store.record().peers().size()))) {
      log.accept("synchronous_standby_names was changed to '" + eye.confirming() + "'");
      inForce.doubt();
    }
  }

  private boolean isToStandStill() {
    return memory().order().isEmpty()
        || switch (memory().order().get()) {
          case Order.Freeze freeze -> true;
          case Order.Stop stop -> true;
          case Order.Fetch fetch -> true;
          case Order.Restore restore -> true;
          case Order.Leave leave -> true;
          case Order.Lead lead -> true;
          case Order.Follow follow -> false;
          case Order.Rest rest -> false;
        };
  }

  private boolean isToLead() {
    return memory().order().isPresent() && memory().order().get() instanceof Order.Lead;
  }

  private KeeperMemory memory() {
    return store.record().memory().orElseThrow();
  }

  private Settings settings() {
    return store.record().settings();
  }

  private void remember(KeeperMemory next) {
    if (!next.equals(memory())) {
      store.save(store.record().remembering(next));
      revision = next.revision();
    }
  }

  private KeeperRules rules() {
    return new KeeperRules(settings());
  }

  private void act() {
    if (acts.isBusy() || System.nanoTime() - notBefore < 0) {
      return;
    }
    NodeId source = unproven;
    if (source != null
        && memory().order().isPresent()
        && memory().order().get() instanceof Order.Follow) {
      rebuilt(source);
      return;
    }
    unproven = null;
    Act act = rules().next(memory(), view());
    boolean unguarded = leaseGuard.mustPrecede(act);
    if (act instanceof Act.Nothing || unguarded || restsOnTheUnreadable(act)) {
      return;
    }
    if (act.outlivesItsKeeper()) {
      remember(memory().begins());
    }
    if (act instanceof Act.Rewind || act instanceof Act.Clone || act instanceof Act.Restore) {
      remember(memory().rebuildBegins());
    }
    if (act instanceof Act.StartPrimary) {
      starts.addLast(System.nanoTime());
      // Whether or not it comes up: the next start needs an answer that was asked for after this.
      conversation.askAfresh();
    }
    log.accept("begins " + act);
    acts.begin(act, store.record());
  }

  /** Whether it needs to know where the WAL of a stopped server ends, and nobody does. */
  private boolean restsOnTheUnreadable(Act act) {
    boolean rests =
        act instanceof Act.StartPrimary
            || act instanceof Act.StartFrozen
            || act instanceof Act.Rewind
            || act instanceof Act.Stream;
    boolean unreadable = rests && sight.server() == Server.STOPPED && eye.unreadable();
    if (unreadable && !eye.problem().equals(problem)) {
      log.accept("cannot begin " + act + ": " + eye.problem());
      problem = eye.problem();
    }
    return unreadable;
  }

  private void ended(ActRunner.Done done) {
    acts.ended();
    if (done.problem().isPresent() && done.problem().get().code() == ErrorCode.TERM) {
      log.accept(done.act() + ": " + done.problem().get().getMessage());
      return;
    }
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
    done.applied().ifPresent(inForce::prove);
    switch (done.act()) {
      case Act.StopServer stop -> remember(memory().settled());
      case Act.Stream stream -> remember(memory().settled());
      case Act.Rewind rewind -> rebuilt(rewind.upstream());
      case Act.Restore restore -> {
        stranding.over();
        eye.replaced();
        remember(memory().restoredFor(restore.epoch()));
      }
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
      Position there = hands.position(ActRunner.address(store.record().peers(), upstream));
      eye.rebuilt(there);
      remember(memory().rebuilt(there));
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
    Protection protection = inForce.protection(memory().order());
    return new KeeperView(
        acts.isBusy() || !sight.exact(),
        sight.server(),
        sight.position(),
        sight.upstream(),
        sight.streamAlive(),
        stranding.found(),
        inForce.proven().version(),
        protection,
        inForce.proven().at(),
        confirming(),
        starts.size(),
        conversation.answered(),
        conversation.fresh(),
        conversation.monitorSilence(),
        membersSilence(protection),
        conversation.leaseLeft());
  }

  /**
   * Who streams and was heard lately. Of one whose host is gone PostgreSQL says for a minute that
   * it streams ({@code wal_sender_timeout}), and every commit would wait for that.
   */
  private Set<NodeId> confirming() {
    long recent = settings().unhealthyAfter().toNanos();
    return sight.streaming().entrySet().stream()
        .filter(member -> member.getValue() <= recent)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
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

  private Testifying testimony(Report report) {
    KeeperRecord record = store.record();
    Testimony testimony =
        new Testimony(
            report, name, record.token(), memory().revision(), memory().order(), record.settings());
    return new Testifying(testimony, endpoint, record.secret(), record.peers());
  }

  /** At once when something has changed that others wait for, and once a heartbeat anyway. */
  private void report() {
    Report next = rules().report(memory(), view(), conversation.next());
    boolean due = conversation.untilDue(settings().heartbeat()) <= 0;
    if (due || conversation.isNews(next)) {
      conversation.sends(next);
      line.send(next, testimony(next));
    }
    if (due) {
      eye.keepPrimaryHeard(sight);
    }
  }

  /**
   * A keeper that ends in good order asks once more, so that the next one has most of a lease to
   * come up in.
   */
  private void leaveTime() {
    if (!leaseGuard.isOnGuard()) {
      return;
    }
    // The signal that ends the process interrupts this thread, which is to wait once more.
    boolean interrupted = Thread.interrupted();
    Report last = rules().report(memory(), view(), conversation.next());
    conversation.sends(last);
    line.send(last, testimony(last));
    long deadline = System.nanoTime() + LAST_ANSWER.toNanos();
    patience = WHILE_BUSY.toNanos();
    while (conversation.answered() < last.sequence() && System.nanoTime() - deadline < 0) {
      await();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void await() {
    try {
      News news = inbox.poll(patience, TimeUnit.NANOSECONDS);
      while (news != null) {
        News one = news;
        attempt(() -> take(one));
        news = inbox.poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing = true;
    }
  }

  /** Until something happens, the next heartbeat is due, or a lease is about to end. */
  private long untilNext() {
    if ((acts.isBusy() && !acts.rebuilds()) || leaseGuard.isComing()) {
      return WHILE_BUSY.toNanos();
    }
    long heartbeat = settings().heartbeat().toNanos();
    long next = conversation.untilDue(settings().heartbeat());
    if (isToldToLease()) {
      next = Math.min(next, conversation.leaseLeft() - fencingTime());
    }
    return Math.clamp(next, WHILE_BUSY.toNanos(), heartbeat);
  }

  private void take(News news) {
    switch (news) {
      case News.Told told -> receive(told.directive());
      case News.Done done -> ended(done.act());
      case News.Look look -> {}
    }
  }

  /** An order that cannot be written down is not accepted: it comes again. */
  private void receive(Directive directive) {
    Command.Tell tell = directive.tell();
    Optional<KeeperMemory> accepted = rules().accept(memory(), tell);
    if (accepted.isEmpty() || !conversation.isAnswer(tell)) {
      return;
    }
    boolean other = !accepted.get().order().equals(memory().order());
    // At once, because each write is waited for by whoever waits for a failover.
    store.save(
        store
            .record()
            .hearing(directive.settings(), directive.peers())
            .remembering(accepted.get()));
    revision = accepted.get().revision();
    if (other) {
      log.accept("is told to " + tell.order());
      acts.turnTo(tell.order());
      notBefore = System.nanoTime();
    }
    vitals.confirms(directive.confirms());
    conversation.hears(tell);
  }

  /** How the node is, for load balancers; asked from any thread. */
  NodeHealth health(KeeperConfiguration configuration) {
    return vitals.health(configuration.cluster(), configuration.name());
  }

  /** Has {@link #run} return; PostgreSQL stays as it is. */
  void stop() {
    closing = true;
    acts.close();
    inbox.add(new News.Look());
  }

  @Override
  public void close() {
    stop();
    line.close();
    ends.close();
  }
}

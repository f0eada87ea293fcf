package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.Decider;
import dev.holdfast.ha.decide.Decision;
import dev.holdfast.ha.decide.Node;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.NodeState;
import dev.holdfast.ha.decide.Observation;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.decide.Settings;
import dev.holdfast.ha.raft.LeadershipLostException;
import dev.holdfast.ha.wire.Asking;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Directive;
import dev.holdfast.ha.wire.Event;
import dev.holdfast.ha.wire.Joining;
import dev.holdfast.ha.wire.Reporting;
import dev.holdfast.ha.wire.Welcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One cluster: one observation after the other is decided on, what changed is written, and only
 * then is anything said. Safe for any number of threads.
 */
final class Cluster {
  private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}");

  private final String name;
  private final Surroundings surroundings;
  private final Decider decider = new Decider();

  /** Held while one observation is decided on and written. */
  private final ReentrantLock turn = new ReentrantLock(true);

  /** That an order changed, that a wait was replaced, or that this is closed. */
  private final Condition news = turn.newCondition();

  private final OrdersTold told = new OrdersTold();
  private final EventLog events;
  private final Map<NodeId, Object> waiting = new HashMap<>();
  private final AtomicBoolean ticking = new AtomicBoolean();
  private final String secret;

  private Map<NodeId, ServerAddress> endpoints;
  private boolean endpointsWritten = true;

  /** The primary's, as its keeper said last since this monitor began; empty before. */
  private String systemIdentifier = "";

  private boolean troubled;
  private boolean closed;

  /** Replaced under {@link #turn}; read by the timer without it. */
  private volatile ClusterState state;

  /** A cluster of no nodes; nothing is written before the first registers. */
  static Cluster forming(String name, Surroundings surroundings) {
    return new Cluster(
        StoredCluster.of(
            name,
            surroundings.newSecret(),
            ClusterState.forming(Settings.DEFAULT, surroundings.now()),
            Map.of(),
            List.of()),
        surroundings);
  }

  /** A cluster that an earlier monitor left; the rules hear of the start before anything else. */
  static Cluster resumed(StoredCluster stored, Surroundings surroundings) {
    Cluster cluster = new Cluster(stored, surroundings);
    cluster.turn.lock();
    try {
      cluster.observe(new Observation.Started());
    } finally {
      cluster.turn.unlock();
    }
    return cluster;
  }

  private Cluster(StoredCluster stored, Surroundings surroundings) {
    this.name = stored.cluster();
    this.secret = stored.secret();
    this.endpoints = stored.endpoints();
    this.events = new EventLog(stored.events());
    this.surroundings = surroundings;
    this.state = stored.state(surroundings.now());
  }

  /**
   * Registers a node.
   *
   * @throws HoldfastException param-invalid (96) when another node has the name, or it is none;
   *     db-mismatch (58) when its data are not such that it could be one ({@link Admission})
   */
  Welcome join(Joining joining) {
    turn.lock();
    try {
      refuseWhatIsNoMember(joining);
      Decision decision =
          observe(
              new Observation.Joining(
                  joining.token(), joining.name(), joining.existing().timeline()),
              made ->
                  enrolled(made, joining)
                      .filter(node -> made.mustPersist())
                      .map(node -> joining.name() + " has registered, as number " + node));
      NodeId node =
          enrolled(decision, joining)
              .orElseThrow(
                  () -> new IllegalStateException("a node that joined was given no identity"));
      note(node, joining.endpoint());
      writeEndpoints();
      return new Welcome(node, secret, state.settings());
    } finally {
      turn.unlock();
    }
  }

  private static Optional<NodeId> enrolled(Decision decision, Joining joining) {
    return decision.commands().stream()
        .filter(Command.Enrolled.class::isInstance)
        .map(Command.Enrolled.class::cast)
        .filter(enrolled -> enrolled.token() == joining.token())
        .map(Command.Enrolled::node)
        .findFirst();
  }

  /** Throws what {@link #join} would; nothing is done. */
  void tryToJoin(Joining joining) {
    turn.lock();
    try {
      refuseWhatIsNoMember(joining);
    } finally {
      turn.unlock();
    }
  }

  private void refuseWhatIsNoMember(Joining joining) {
    refuseName(joining);
    new Admission(name, state, endpoints, systemIdentifier).refuse(joining);
  }

  private void refuseName(Joining joining) {
    if (!NODE_NAME.matcher(joining.name()).matches()) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "'" + joining.name() + "' is not a name for a node",
          "Use letters, digits, hyphens, underscores and dots, 63 at most.");
    }
    for (Node node : state.nodes().values()) {
      if (node.name().equals(joining.name())
          && node.token() != joining.token()
          && node.goal() != NodeState.DROPPED) {
        throw new HoldfastException(
            ErrorCode.PARAM_INVALID,
            "cluster '" + name + "' has another node '" + joining.name() + "' already",
            "Choose another name; or, when its keeper's memory is lost and the node is to begin"
                + " anew: holdfast node drop "
                + joining.name());
      }
    }
  }

  /**
   * What the node is to do.
   *
   * @throws HoldfastException db-mismatch (58) when the node knows of more than this monitor ever
   *     said
   */
  Optional<Directive> report(Reporting reporting) {
    turn.lock();
    try {
      NodeId node = reporting.report().node();
      refuseFromTheFuture(reporting.report());
      if (state.nodes().containsKey(node)) {
        note(node, reporting.endpoint());
      }
      if (state.isHolder(node) && !reporting.systemIdentifier().isEmpty()) {
        systemIdentifier = reporting.systemIdentifier();
      }
      Decision decision = observe(new Observation.Heard(reporting.report()));
      writeEndpoints();
      return decision.commands().stream()
          .filter(Command.Tell.class::isInstance)
          .map(Command.Tell.class::cast)
          .filter(tell -> tell.to().equals(node))
          .findFirst()
          .map(this::directive);
    } finally {
      turn.unlock();
    }
  }

  /**
   * A monitor that was given an old copy of its state, or none, must tell such a node nothing: to
   * leave would stop a PostgreSQL that serves.
   */
  private void refuseFromTheFuture(Report report) {
    boolean neverGiven = report.node().number() > state.newestNode();
    if (neverGiven || report.promised() > state.epoch()) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "node "
              + report.node()
              + " of cluster '"
              + name
              + (neverGiven
                  ? "' was registered by another monitor"
                  : "' has accepted orders of epoch "
                      + report.promised()
                      + ", and this monitor knows only "
                      + state.epoch()),
          "Has the monitor lost its state, or was it given an old copy? Put back the newest one.");
    }
  }

  /** Whether any node is heard, and not refused. */
  boolean hears() {
    return !state.volatileState().sightings().isEmpty();
  }

  /** An operator has had it made anew. */
  void rebuilt(String text) {
    turn.lock();
    try {
      record(event(state, "rebuilt from what the nodes know: " + text));
    } finally {
      turn.unlock();
    }
  }

  /** Waits until the node's order has changed in a later revision; a newer wait ends this one. */
  Optional<Directive> await(NodeId node, long revision, Duration atMost) {
    Object wait = new Object();
    turn.lock();
    try {
      waiting.put(node, wait);
      news.signalAll();
      long left = atMost.toNanos();
      Optional<Command.Tell> tell = told.since(node, revision);
      while (tell.isEmpty() && left > 0 && !closed && waiting.get(node) == wait) {
        left = news.awaitNanos(left);
        tell = told.since(node, revision);
      }
      return tell.map(this::directive);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      waiting.remove(node, wait);
      turn.unlock();
    }
  }

  /** Does what an operator asks for, once for a token. */
  Command.Answer ask(Asking asking) {
    turn.lock();
    try {
      refuseWithoutNodes();
      boolean known = state.operations().containsKey(asking.token());
      observe(
          new Observation.Asked(asking.token(), asking.request()),
          made ->
              Optional.of(answer(made.state(), asking.token()))
                  .filter(answer -> !known)
                  .map(Cluster::event));
      return answer(state, asking.token());
    } finally {
      turn.unlock();
    }
  }

  private static String event(Command.Answer answer) {
    return (answer.accepted() ? "an operator: " : "refused to an operator: ") + answer.text();
  }

  /** What would be answered; nothing is done. */
  Command.Answer tryOut(Request request) {
    refuseWithoutNodes();
    ClusterState now = state;
    long token = 0;
    while (now.operations().containsKey(token)) {
      token++;
    }
    Observation asked = new Observation.Asked(token, request);
    return answer(decider.decide(now, asked, surroundings.now()).state(), token);
  }

  private static Command.Answer answer(ClusterState state, long token) {
    Command.Answer answer = state.operations().get(token);
    if (answer == null) {
      throw new IllegalStateException("a request was given no answer");
    }
    return answer;
  }

  private void refuseWithoutNodes() {
    if (state.grant().isEmpty()) {
      throw new HoldfastException(ErrorCode.DB_MISSING, "cluster '" + name + "' has no node yet");
    }
  }

  /** For people. */
  ClusterView view() {
    turn.lock();
    try {
      return new ViewOfState(name, state, endpoints, surroundings.now()).view();
    } finally {
      turn.unlock();
    }
  }

  /** The latest events, newest last. */
  List<Event> events(int most) {
    turn.lock();
    try {
      return events.latest(most);
    } finally {
      turn.unlock();
    }
  }

  /**
   * Time has passed. Cheap where nothing follows from that: it is tried on what is known without
   * waiting for a turn, and done in a thread of its own, at most one, where something does.
   */
  void tick() {
    Decision trial = decider.decide(state, new Observation.Waited(), surroundings.now());
    if ((trial.mustPersist() || !trial.commands().isEmpty())
        && ticking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("tick " + name).start(this::waited);
    }
  }

  private void waited() {
    turn.lock();
    try {
      if (!closed) {
        observe(new Observation.Waited());
      }
    } catch (LeadershipLostException e) {
      // Whoever decides next begins by looking at what is due.
    } catch (RuntimeException e) {
      // The next tick tries again.
      trouble(e);
    } finally {
      turn.unlock();
      ticking.set(false);
    }
  }

  /** Says it, unless it has been said that something is wrong. */
  void trouble(RuntimeException e) {
    turn.lock();
    try {
      if (!troubled) {
        troubled = true;
        surroundings
            .news()
            .troubled(
                name,
                e instanceof HoldfastException known
                    ? known
                    : new HoldfastException(ErrorCode.ASSERT, "internal error: " + e, e));
      }
    } finally {
      turn.unlock();
    }
  }

  /** Decides nothing any more; who waits is answered. */
  void close() {
    turn.lock();
    try {
      closed = true;
      news.signalAll();
    } finally {
      turn.unlock();
    }
  }

  private Decision observe(Observation observation) {
    return observe(observation, made -> Optional.empty());
  }

  /**
   * Decides, writes, and only then remembers what is to be said.
   *
   * @param first what has happened besides the rules that apply
   */
  private Decision observe(Observation observation, Function<Decision, Optional<String>> first) {
    if (closed) {
      throw new HoldfastException(ErrorCode.TERM, "the monitor is ending");
    }
    Decision decision = decider.decide(state, observation, surroundings.now());
    List<Event> happened =
        Stream.concat(first.apply(decision).stream(), decision.rules().stream())
            .map(text -> event(decision.state(), text))
            .toList();
    if (decision.mustPersist()) {
      try {
        write(decision.state(), happened);
      } catch (HoldfastException e) {
        state = withVolatile(state, decision.state().volatileState());
        throw e;
      }
    }
    state = decision.state();
    forgetEndpoints();
    happened.forEach(this::record);
    boolean changed = false;
    for (Command command : decision.commands()) {
      if (command instanceof Command.Tell tell && state.nodes().containsKey(tell.to())) {
        changed |= told.note(tell);
      }
    }
    told.retain(state.nodes().keySet());
    if (changed) {
      news.signalAll();
    }
    return decision;
  }

  private void write(ClusterState next, List<Event> newest) {
    try {
      surroundings
          .store()
          .write(StoredCluster.of(name, secret, next, endpoints, events.durableWith(newest)));
    } catch (LeadershipLostException e) {
      // Not this cluster's trouble: all of them are read anew by whoever decides next.
      throw e;
    } catch (HoldfastException e) {
      trouble(e);
      throw e;
    }
    endpointsWritten = true;
    if (troubled) {
      troubled = false;
      surroundings.news().recovered(name);
    }
  }

  /**
   * What was decided is not in force, but what was heard was heard: nodes that reported while the
   * disk was full are not silent when it has room again.
   */
  private static ClusterState withVolatile(ClusterState before, ClusterState.Volatile heard) {
    return new ClusterState(
        before.settings(),
        before.revision(),
        before.epoch(),
        before.newestTimeline(),
        before.newestNode(),
        before.grant(),
        before.line(),
        before.nodes(),
        before.course(),
        before.operations(),
        before.longestLease(),
        heard);
  }

  private void note(NodeId node, ServerAddress endpoint) {
    @Nullable ServerAddress before = endpoints.get(node);
    if (!endpoint.equals(before)) {
      Map<NodeId, ServerAddress> next = new HashMap<>(endpoints);
      next.put(node, endpoint);
      endpoints = Map.copyOf(next);
      endpointsWritten = false;
    }
  }

  /** Of nodes that are not there any more; the file forgets them with its next change. */
  private void forgetEndpoints() {
    if (!state.nodes().keySet().containsAll(endpoints.keySet())) {
      Map<NodeId, ServerAddress> next = new HashMap<>(endpoints);
      next.keySet().retainAll(state.nodes().keySet());
      endpoints = Map.copyOf(next);
    }
  }

  /** Nothing rests on it: a monitor that restarts knows them sooner, that is all. */
  private void writeEndpoints() {
    if (!endpointsWritten) {
      try {
        write(state, List.of());
      } catch (HoldfastException e) {
        // Said already, and tried again with the next change.
        endpointsWritten = true;
      }
    }
  }

  private Directive directive(Command.Tell tell) {
    boolean confirms = state.grant().filter(grant -> grant.intended().names(tell.to())).isPresent();
    return new Directive(tell, state.settings(), confirms, endpoints);
  }

  private Event event(ClusterState led, String text) {
    return new Event(surroundings.wall().instant(), led.epoch(), led.revision(), text);
  }

  private void record(Event event) {
    events.add(event);
    surroundings.news().happened(name, event);
  }
}

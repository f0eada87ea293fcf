package dev.holdfast.ha.decide;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The monitor's mind: what follows from what was observed. Pure: the same arguments, the same
 * decision.
 */
public final class Decider {
  /** More rules than this after one observation mean that two of them undo each other. */
  private static final int MOST_RULES = 200;

  private final Set<Guard> guards;

  /** The rules as they are. */
  public Decider() {
    this(Guard.all());
  }

  /** For tests that leave a guard out. */
  Decider(Set<Guard> guards) {
    this.guards = guards;
  }

  /**
   * Decides.
   *
   * @param state what is known
   * @param observation what is new
   * @param now nanoseconds since the monitor's origin of time
   * @return the new state, which is to be durable before the commands are sent, where it says so
   */
  public Decision decide(ClusterState state, Observation observation, long now) {
    List<Command> commands = new ArrayList<>();
    ClusterState noted = note(state, observation, now, commands);
    List<String> applied = new ArrayList<>();
    ClusterState next = settle(noted, now, applied);
    boolean persist = !next.persistsLike(state);
    if (persist) {
      next = next.nextRevision();
    }
    Optional<NodeId> asks =
        observation instanceof Observation.Heard heard
            ? Optional.of(heard.report().node())
            : Optional.empty();
    next = tell(state, next, asks, now, commands);
    return new Decision(next, persist, commands, applied);
  }

  private ClusterState settle(ClusterState state, long now, List<String> applied) {
    ClusterState next = state;
    boolean again = next.grant().isPresent();
    while (again) {
      again = false;
      Situation situation = new Situation(next, now, guards);
      for (Rule rule : Rules.TABLE) {
        Optional<ClusterState> changed = rule.step().from(situation);
        if (changed.isPresent()) {
          next = changed.get();
          applied.add(rule.name());
          ElectionSteps.cost(situation, next).ifPresent(applied::add);
          if (applied.size() > MOST_RULES) {
            throw new IllegalStateException("rules without an end: " + applied.subList(180, 200));
          }
          again = true;
          break;
        }
      }
    }
    return next;
  }

  private ClusterState note(
      ClusterState state, Observation observation, long now, List<Command> commands) {
    return switch (observation) {
      case Observation.Heard heard -> hear(state, heard.report(), now);
      case Observation.Joining joining -> enroll(state, joining, commands);
      case Observation.Asked asked -> {
        ClusterState next =
            Requests.apply(new Situation(state, now, guards), asked.token(), asked.request());
        commands.add(next.operations().get(asked.token()));
        yield next;
      }
      case Observation.Started started -> start(state, now);
      case Observation.Waited waited -> state;
    };
  }

  private ClusterState hear(ClusterState state, Report report, long now) {
    if (!state.nodes().containsKey(report.node())) {
      return state;
    }
    var known = state.volatileState();
    Sighting before = known.sightings().get(report.node());
    if (before != null
        && report.sequence() <= before.report().sequence()
        && guards.contains(Guard.REPORTS_IN_ORDER)) {
      return state;
    }
    Map<NodeId, Sighting> sightings = new HashMap<>(known.sightings());
    sightings.put(
        report.node(),
        before == null ? new Sighting(report, now, now) : before.followedBy(report, now));
    return state.withVolatile(
        new ClusterState.Volatile(known.startedAt(), sightings, known.leaseEnds()));
  }

  /**
   * The first to register becomes the primary, on the timeline of its data; the token makes one
   * node of many attempts.
   */
  private static ClusterState enroll(
      ClusterState state, Observation.Joining joining, List<Command> commands) {
    for (Node node : state.nodes().values()) {
      if (node.token() == joining.token()) {
        commands.add(new Command.Enrolled(joining.token(), node.id()));
        return state;
      }
    }
    NodeId id = new NodeId(state.newestNode() + 1);
    commands.add(new Command.Enrolled(joining.token(), id));
    boolean first = state.grant().isEmpty();
    Node node =
        new Node(
            id,
            joining.name(),
            joining.token(),
            50,
            true,
            first ? NodeState.SINGLE : NodeState.WAIT_STANDBY);
    ClusterState next = state.withNode(node);
    return first
        ? next.withEpoch(1)
            .withGrant(new Grant(1, id, joining.timeline(), 1, List.of(Protection.UNPROTECTED)))
            .withCourse(new Course.Steady(state.volatileState().startedAt()))
        : next;
  }

  /** Nobody was heard yet, and a lease may have been given the moment before the last end. */
  private ClusterState start(ClusterState state, long now) {
    Course course =
        switch (state.course()) {
          case Course.Forming forming -> forming;
          case Course.Steady steady -> new Course.Steady(now);
          case Course.Handover handover -> handover.restarted(now);
          case Course.Election election -> election.restarted(now);
          case Course.Promotion promotion -> promotion.restarted(now);
        };
    return state
        .withCourse(course)
        .withVolatile(new ClusterState.Volatile(now, Map.of(), now + longestLease(state)));
  }

  /** Settings with a shorter lease may be younger than a lease that was given under others. */
  private long longestLease(ClusterState state) {
    Duration lease =
        guards.contains(Guard.LONGEST_LEASE_REMEMBERED)
            ? state.longestLease()
            : state.settings().lease();
    return lease.toNanos();
  }

  /**
   * Whether a node may be writing under a lease, and is to go on: also while it stops for a
   * switchover, which may take a while, and until a change away from the lease is proven.
   */
  private static boolean writesLeased(ClusterState state, Node node) {
    return state.isHolder(node.id())
        && (node.goal().leads() || node.goal() == NodeState.DRAINING)
        && state.grant().orElseThrow().possible().contains(Protection.LEASED);
  }

  /** Answers the node that asks, and every other whose order has changed. */
  private ClusterState tell(
      ClusterState before,
      ClusterState after,
      Optional<NodeId> asks,
      long now,
      List<Command> commands) {
    long lease = after.settings().lease().toNanos();
    boolean leased = false;
    if (asks.isPresent() && !after.nodes().containsKey(asks.get())) {
      commands.add(
          new Command.Tell(
              asks.get(), Long.MAX_VALUE, after.revision(), new Order.Leave(after.epoch()), 0));
    }
    for (Node node : after.nodes().values()) {
      NodeId id = node.id();
      Sighting seen = after.volatileState().sightings().get(id);
      if (seen == null) {
        continue;
      }
      Order order = Orders.of(after, id);
      boolean changed = before != after && !order.equals(Orders.of(before, id));
      if (changed || asks.filter(id::equals).isPresent()) {
        boolean given = writesLeased(after, node);
        commands.add(
            new Command.Tell(
                id, seen.report().sequence(), after.revision(), order, given ? lease : 0));
        leased |= given;
      }
    }
    if (!leased) {
      return after;
    }
    var known = after.volatileState();
    return after.withVolatile(
        new ClusterState.Volatile(
            known.startedAt(), known.sightings(), Math.max(known.leaseEnds(), now + lease)));
  }
}

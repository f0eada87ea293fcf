package dev.holdfast.ha.decide;

import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * All that the monitor knows of one cluster.
 *
 * @param settings what the operator chose
 * @param revision grows with every change of what is persisted
 * @param epoch the newest epoch that anybody was told of
 * @param newestTimeline the highest timeline that was ever ordered
 * @param newestNode the highest number that was ever given to a node
 * @param grant who may write; empty until the first node has registered
 * @param line the history of the primary's timeline
 * @param nodes the nodes, by identity
 * @param course what the cluster is doing
 * @param operations the latest operators' tokens with their answers, so that asking twice does once
 * @param longestLease the longest that any lease may be that was ever given: a monitor that starts
 *     waits for one of it, because settings with a shorter one may be younger than the last lease
 * @param volatileState what need not be persisted
 */
public record ClusterState(
    Settings settings,
    long revision,
    long epoch,
    Timeline newestTimeline,
    int newestNode,
    Optional<Grant> grant,
    TimelineHistory line,
    Map<NodeId, Node> nodes,
    Course course,
    SequencedMap<Long, Command.Answer> operations,
    Duration longestLease,
    Volatile volatileState) {

  /** How many operators' tokens are remembered. */
  private static final int OPERATIONS_KEPT = 64;

  private static final Timeline FIRST = new Timeline(1);

  /**
   * What a monitor that restarts has lost, and can do without.
   *
   * @param startedAt when it started
   * @param sightings what it heard of the nodes since
   * @param leaseEnds when the last lease that it gave, or may have given before it started, is over
   */
  public record Volatile(long startedAt, Map<NodeId, Sighting> sightings, long leaseEnds) {
    /** Copies the map. */
    public Volatile {
      sightings = Map.copyOf(sightings);
    }
  }

  /** A cluster of no nodes yet. */
  public static ClusterState forming(Settings settings, long now) {
    return new ClusterState(
        settings,
        0,
        0,
        FIRST,
        0,
        Optional.empty(),
        new TimelineHistory(FIRST, List.of()),
        Map.of(),
        new Course.Forming(),
        new LinkedHashMap<>(),
        settings.lease(),
        new Volatile(now, Map.of(), now));
  }

  /** Who holds the grant, if it is this node. */
  public boolean isHolder(NodeId node) {
    return grant.isPresent() && grant.get().holder().equals(node);
  }

  /** Whether what is persisted is the same. */
  boolean persistsLike(ClusterState other) {
    return epoch == other.epoch
        && course.equals(other.course)
        && grant.equals(other.grant)
        && nodes.equals(other.nodes)
        && settings.equals(other.settings)
        && line.equals(other.line)
        && operations.equals(other.operations)
        && longestLease.equals(other.longestLease);
  }

  ClusterState nextRevision() {
    return with(draft -> draft.revision++);
  }

  ClusterState withSettings(Settings next) {
    return with(draft -> {
      draft.settings = next;
      if (next.lease().compareTo(draft.longestLease) > 0) {
        draft.longestLease = next.lease();
      }
    });
  }

  ClusterState withEpoch(long next) {
    return with(draft -> draft.epoch = next);
  }

  ClusterState withGrant(Grant next) {
    return with(draft -> {
      draft.grant = Optional.of(next);
      if (next.timeline().compareTo(draft.newestTimeline) > 0) {
        draft.newestTimeline = next.timeline();
      }
    });
  }

  ClusterState withLine(TimelineHistory next) {
    return with(draft -> draft.line = next);
  }

  ClusterState withCourse(Course next) {
    return with(draft -> draft.course = next);
  }

  ClusterState withVolatile(Volatile next) {
    return with(draft -> draft.volatileState = next);
  }

  ClusterState withNode(Node node) {
    Map<NodeId, Node> next = new TreeMap<>(nodes);
    next.put(node.id(), node);
    return with(draft -> {
      draft.nodes = next;
      draft.newestNode = Math.max(newestNode, node.id().number());
    });
  }

  ClusterState withGoal(NodeId node, NodeState goal) {
    Node before = nodes.get(node);
    return before == null || before.goal() == goal ? this : withNode(before.withGoal(goal));
  }

  ClusterState without(NodeId node) {
    Map<NodeId, Node> next = new TreeMap<>(nodes);
    next.remove(node);
    return with(draft -> draft.nodes = next);
  }

  ClusterState answered(Command.Answer answer) {
    SequencedMap<Long, Command.Answer> next = new LinkedHashMap<>(operations);
    next.put(answer.token(), answer);
    while (next.size() > OPERATIONS_KEPT) {
      next.pollFirstEntry();
    }
    return with(draft -> draft.operations = next);
  }

  private ClusterState with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finish();
  }

  /** A state that is still being written. */
  private static final class Draft {
    private Settings settings;
    private long revision;
    private long epoch;
    private Timeline newestTimeline;
    private int newestNode;
    private Optional<Grant> grant;
    private TimelineHistory line;
    private Map<NodeId, Node> nodes;
    private Course course;
    private SequencedMap<Long, Command.Answer> operations;
    private Duration longestLease;
    private Volatile volatileState;

    Draft(ClusterState from) {
      this.settings = from.settings;
      this.revision = from.revision;
      this.epoch = from.epoch;
      this.newestTimeline = from.newestTimeline;
      this.newestNode = from.newestNode;
      this.grant = from.grant;
      this.line = from.line;
      this.nodes = from.nodes;
      this.course = from.course;
      this.operations = from.operations;
      this.longestLease = from.longestLease;
      this.volatileState = from.volatileState;
    }

    ClusterState finish() {
      return new ClusterState(
          settings,
          revision,
          epoch,
          newestTimeline,
          newestNode,
          grant,
          line,
          nodes,
          course,
          operations,
          longestLease,
          volatileState);
    }
  }
}

package dev.holdfast.ha.decide;

import dev.holdfast.domain.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The state of a cluster whose monitor has lost it, from what its keepers know. Nobody is promoted
 * by it: whoever was told to write last goes on to, or is started again.
 *
 * <p>Why it is safe: every node is heard, so whoever was last granted the right to write is among
 * them, by the highest epoch of an order to lead, if nobody is on a later timeline. All that is
 * decided from here on has a higher epoch than any of them has accepted, so the former monitor,
 * should it come back, is refused. What was acknowledged under protections of before may lie on
 * nodes that the present one does not name: until the primary has proven it anew, it counts as
 * unprotected, and nobody takes its place.
 *
 * @param state the state; empty when it cannot be made
 * @param text what is done, or why not
 * @param hint what would help
 */
public record Rebuilding(Optional<ClusterState> state, String text, String hint) {

  /**
   * So many timelines may have begun on nodes that are not heard. One that is begun twice, at the
   * same LSN, is the worst of all: a node with the first would go on from the second.
   */
  private static final int UNHEARD_TIMELINES = 16;

  /** As long as a lease can be: nobody knows how long the longest was. */
  private static final Duration LONGEST_LEASE = Duration.ofMinutes(1);

  /**
   * Tries.
   *
   * @param heard what the keepers say, a moment ago
   * @param known every node that one of them knows of
   * @param othersAreGone the operator's word that nodes that are not heard write nothing, and that
   *     what only they hold may be lost
   * @param now nanoseconds since the monitor's origin of time
   */
  public static Rebuilding of(
      Collection<Testimony> heard, Set<NodeId> known, boolean othersAreGone, long now) {
    if (heard.isEmpty()) {
      return refused(
          "no keeper says that it knows of another monitor",
          "Start the keepers; they say so by themselves.");
    }
    Set<NodeId> silent = new TreeSet<>(known);
    heard.forEach(each -> silent.remove(each.node()));
    if (!silent.isEmpty() && !othersAreGone) {
      return refused(
          "node " + list(silent) + " is not heard, and may have been granted the right to write",
          "Start its keeper; or, when it is gone for good and writes nothing, allow data loss.");
    }
    Optional<Testimony> granted =
        heard.stream()
            .filter(each -> each.leads().isPresent())
            .max(Comparator.comparing(each -> each.leads().orElseThrow().epoch()))
            .filter(each -> isLast(each.leads().orElseThrow(), heard));
    if (granted.isPresent()) {
      return done(heard, known, granted.get(), granted.get().leads(), now);
    }
    // An election was under way, in which everybody stands still: who holds most holds everything
    // that was acknowledged, if nobody has lost what it held.
    List<Testimony> whole = heard.stream().filter(Rebuilding::isWhole).toList();
    if (whole.size() < heard.size() && !othersAreGone) {
      return refused(
          "nobody was told to write last, and not every node holds what it held",
          "Let the keepers finish what they copy; or allow data loss.");
    }
    // When nobody holds anything, the cluster is at least one that can be recovered.
    Testimony best =
        (whole.isEmpty() ? heard : whole)
            .stream()
                .max(Comparator.comparing((Testimony each) -> each.report().position()))
                .orElseThrow();
    return done(heard, known, best, Optional.empty(), now);
  }

  /**
   * Whether nobody has led after it. Whoever is granted the right to write next begins a timeline
   * of his own; he may have been told to stand still since, while this one was cut off and has
   * heard of neither.
   */
  private static boolean isLast(Order.Lead lead, Collection<Testimony> heard) {
    return heard.stream()
        .noneMatch(
            each -> each.report().position().history().timeline().compareTo(lead.timeline()) > 0);
  }

  private static boolean isWhole(Testimony one) {
    return one.report().server() != Server.ABSENT && one.report().complete();
  }

  private static Rebuilding done(
      Collection<Testimony> heard,
      Set<NodeId> known,
      Testimony holder,
      Optional<Order.Lead> lead,
      long now) {
    return new Rebuilding(
        Optional.of(state(heard, known, holder, lead, now)),
        "Node "
            + holder.node()
            + " is the primary, of "
            + heard.size()
            + " nodes. Candidate-priority and replication-quorum are those of new nodes.",
        "See holdfast status.");
  }

  private static Rebuilding refused(String text, String hint) {
    return new Rebuilding(Optional.empty(), text, hint);
  }

  private static ClusterState state(
      Collection<Testimony> heard,
      Set<NodeId> known,
      Testimony holder,
      Optional<Order.Lead> lead,
      long now) {
    Protection last = lead.map(Order.Lead::protection).orElse(Protection.UNPROTECTED);
    List<Protection> possible = new ArrayList<>(List.of(Protection.UNPROTECTED));
    possible.remove(last);
    possible.add(last);
    long epoch = highest(heard.stream().map(each -> each.report().promised()).toList()) + 1;
    boolean all =
        heard.stream().map(Testimony::node).collect(Collectors.toSet()).containsAll(known);
    long newest =
        highest(heard.stream().map(Rebuilding::timeline).toList()) + (all ? 0 : UNHEARD_TIMELINES);
    Timeline timeline = lead.map(Order.Lead::timeline).orElseGet(() -> new Timeline(newest + 1));
    Map<NodeId, Node> nodes = new TreeMap<>();
    for (Testimony each : heard) {
      NodeState goal = each == holder ? NodeState.APPLY_SETTINGS : goal(each);
      nodes.put(each.node(), new Node(each.node(), each.name(), each.token(), 50, true, goal));
    }
    // The number of one who is gone is nobody else's.
    Set<NodeId> ever = new TreeSet<>(known);
    ever.addAll(nodes.keySet());
    return new ClusterState(
        holder.settings(),
        highest(heard.stream().map(Testimony::revision).toList()) + 1,
        epoch,
        new Timeline(Math.max(newest, timeline.number())),
        highest(ever.stream().map(NodeId::number).toList()).intValue(),
        Optional.of(
            new Grant(
                epoch,
                holder.node(),
                timeline,
                Math.max(lead.map(Order.Lead::version).orElse(0L), holder.report().applied()) + 1,
                possible)),
        holder.report().position().history(),
        nodes,
        new Course.Steady(now),
        new LinkedHashMap<>(),
        LONGEST_LEASE,
        new ClusterState.Volatile(now, Map.of(), now));
  }

  /** Who was told to stand still stays so until an operator says otherwise. */
  private static NodeState goal(Testimony other) {
    return other.order().isEmpty()
        ? NodeState.WAIT_STANDBY
        : switch (other.order().get()) {
          case Order.Rest rest -> NodeState.MAINTENANCE;
          case Order.Stop stop -> NodeState.FENCED;
          case Order.Lead lead -> NodeState.CATCHINGUP;
          case Order.Freeze freeze -> NodeState.CATCHINGUP;
          case Order.Fetch fetch -> NodeState.CATCHINGUP;
          case Order.Follow follow -> NodeState.CATCHINGUP;
          case Order.Restore restore -> NodeState.CATCHINGUP;
          case Order.Leave leave -> NodeState.CATCHINGUP;
        };
  }

  private static long timeline(Testimony one) {
    long reached = one.report().position().history().timeline().number();
    long told =
        one.order().isEmpty()
            ? reached
            : switch (one.order().get()) {
              case Order.Lead lead -> lead.timeline().number();
              case Order.Follow follow -> follow.line().timeline().number();
              case Order.Restore restore -> restore.above().number();
              case Order.Freeze freeze -> reached;
              case Order.Stop stop -> reached;
              case Order.Fetch fetch -> reached;
              case Order.Rest rest -> reached;
              case Order.Leave leave -> reached;
            };
    return Math.max(reached, told);
  }

  private static Long highest(Collection<? extends Number> numbers) {
    return numbers.stream().mapToLong(Number::longValue).max().orElse(0);
  }

  private static String list(Set<NodeId> nodes) {
    return nodes.stream().map(NodeId::toString).collect(Collectors.joining(", "));
  }
}

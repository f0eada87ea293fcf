package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Rebuilding;
import dev.holdfast.ha.wire.Testifying;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * What keepers say of a cluster that this monitor does not know, or knows too little of. Kept in
 * memory only: they say it again with each report.
 */
final class Testimonies {
  /** Several heartbeats. */
  private static final Duration FRESH = Duration.ofSeconds(10);

  private record Said(Testifying what, long at) {}

  private final LongSupplier clock;
  private final Map<NodeId, Said> byNode = new TreeMap<>();

  /**
   * None yet.
   *
   * @param clock nanoseconds
   */
  Testimonies(LongSupplier clock) {
    this.clock = clock;
  }

  synchronized void note(Testifying testifying) {
    byNode.put(testifying.testimony().report().node(), new Said(testifying, clock.getAsLong()));
  }

  /** Those of the last seconds. */
  synchronized List<Testifying> fresh() {
    long now = clock.getAsLong();
    byNode.values().removeIf(said -> now - said.at() > FRESH.toNanos());
    return byNode.values().stream().map(Said::what).toList();
  }

  /** A state, if they are enough for one. */
  Rebuilding rebuilding(boolean othersAreGone) {
    List<Testifying> fresh = fresh();
    Set<NodeId> known = new TreeSet<>();
    fresh.forEach(each -> known.addAll(each.peers().keySet()));
    return Rebuilding.of(
        fresh.stream().map(Testifying::testimony).toList(),
        known,
        othersAreGone,
        clock.getAsLong());
  }

  /** Where the nodes are, by their own word before that of others. */
  Map<NodeId, ServerAddress> endpoints() {
    Map<NodeId, ServerAddress> all = new HashMap<>();
    fresh().forEach(each -> all.putAll(each.peers()));
    fresh().forEach(each -> all.put(each.testimony().report().node(), each.endpoint()));
    return all;
  }

  /** The password that the node has. */
  String secretOf(NodeId node) {
    return fresh().stream()
        .filter(each -> each.testimony().report().node().equals(node))
        .map(Testifying::secret)
        .findFirst()
        .orElseThrow();
  }
}

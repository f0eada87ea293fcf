package dev.holdfast.ha.monitor;

import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What every node was told last, and in which revision that became another order than before. Not
 * safe for several threads.
 */
final class OrdersTold {
  private final Map<NodeId, Told> latest = new HashMap<>();

  private record Told(Command.Tell tell, long changedIn) {}

  /** Notes it; whether the order is another than before. */
  boolean note(Command.Tell tell) {
    Order order = tell.order();
    Told before = latest.get(tell.to());
    if (before != null && before.tell().order().equals(order)) {
      latest.put(tell.to(), new Told(tell, before.changedIn()));
      return false;
    }
    latest.put(tell.to(), new Told(tell, tell.revision()));
    return true;
  }

  /** Forgets nodes that are not there any more. */
  void retain(Set<NodeId> nodes) {
    latest.keySet().retainAll(nodes);
  }

  /** What a node should hear that knows its order of this revision. */
  Optional<Command.Tell> since(NodeId node, long revision) {
    return Optional.ofNullable(latest.get(node))
        .filter(told -> told.changedIn() > revision)
        .map(Told::tell);
  }
}

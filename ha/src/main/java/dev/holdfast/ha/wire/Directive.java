package dev.holdfast.ha.wire;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Settings;
import java.util.Map;

/**
 * What a keeper is told in answer to its report, or as soon as its order changes.
 *
 * @param tell the order
 * @param settings the cluster's, as they are now
 * @param confirms whether the node's confirmation counts now
 * @param peers where the other nodes are reached, and the node itself, as far as they have said so
 */
public record Directive(
    Command.Tell tell, Settings settings, boolean confirms, Map<NodeId, ServerAddress> peers) {
  /** Copies the map. */
  public Directive {
    peers = Map.copyOf(peers);
  }
}

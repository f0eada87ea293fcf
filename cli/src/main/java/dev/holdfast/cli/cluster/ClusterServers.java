package dev.holdfast.cli.cluster;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.wire.ClusterView;
import java.util.List;
import java.util.Optional;

/** Where a cluster's servers are, as its monitor knows. */
final class ClusterServers {
  private ClusterServers() {}

  /** Of all nodes that have said where they are. */
  static List<ServerAddress> of(ClusterView view) {
    return view.nodes().stream().flatMap(node -> node.endpoint().stream()).distinct().toList();
  }

  /** The primary, when it is heard, takes writes, and nothing is being changed about that. */
  static Optional<NodeId> settledPrimary(ClusterView view) {
    return view.primary()
        .filter(primary -> view.course().equals(ClusterView.STEADY))
        .filter(primary ->
            view.nodes().stream()
                .filter(node -> node.id().equals(primary))
                .flatMap(node -> node.seen().stream())
                .anyMatch(seen -> seen.server() == Server.PRIMARY && !seen.silent()));
  }

  /** Where a node is. */
  static Optional<ServerAddress> address(ClusterView view, NodeId id) {
    return view.nodes().stream()
        .filter(node -> node.id().equals(id))
        .flatMap(node -> node.endpoint().stream())
        .findFirst();
  }
}

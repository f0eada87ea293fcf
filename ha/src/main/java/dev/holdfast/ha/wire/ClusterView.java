package dev.holdfast.ha.wire;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.domain.Timeline;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.NodeState;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.decide.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A cluster for people.
 *
 * @param cluster its name
 * @param revision of the state that this was taken from
 * @param epoch of the newest orders
 * @param course what the cluster is doing: {@code forming}, {@code steady}, {@code handover},
 *     {@code election} or {@code promotion}
 * @param primary who holds the right to write
 * @param protection under which it may acknowledge, with the nodes' names: {@code ANY 1 (b, c)},
 *     {@code unprotected}, {@code leased}
 * @param proven whether that is proven to be in force
 * @param settings what the operator chose
 * @param nodes in the order of their identities
 * @param waiting what is not as it should be, the primary's matters first
 */
public record ClusterView(
    String cluster,
    long revision,
    long epoch,
    String course,
    Optional<NodeId> primary,
    Optional<String> protection,
    boolean proven,
    Settings settings,
    List<NodeView> nodes,
    List<Waiting> waiting) {

  /** What {@link #course} is while nothing is being changed. */
  public static final String STEADY = "steady";

  /**
   * A node for people.
   *
   * @param id its identity
   * @param name as the operator calls it
   * @param endpoint where its PostgreSQL is, once it has said so
   * @param priority candidate-priority, 0 to 100
   * @param quorum replication-quorum
   * @param goal what it should be
   * @param seen what was last heard of it, since the monitor started
   */
  public record NodeView(
      NodeId id,
      String name,
      Optional<ServerAddress> endpoint,
      int priority,
      boolean quorum,
      NodeState goal,
      Optional<Seen> seen) {}

  /**
   * What a node's keeper last reported.
   *
   * @param ago how long ago
   * @param silent whether that is too long
   * @param server PostgreSQL's state
   * @param promised the highest epoch of which the keeper has accepted an order
   * @param upstream whom it streams from
   * @param timeline of its newest WAL
   * @param flushed the end of its WAL
   * @param lag bytes that the primary reported and this node does not have; 0 for the primary
   */
  public record Seen(
      Duration ago,
      boolean silent,
      Server server,
      long promised,
      Optional<NodeId> upstream,
      Timeline timeline,
      Lsn flushed,
      Optional<Long> lag) {}

  /**
   * Something that waits.
   *
   * @param node who waits
   * @param reason what for
   * @param hint what would help, or that nothing is to be done
   */
  public record Waiting(NodeId node, String reason, String hint) {}

  /** Copies the lists. */
  public ClusterView {
    nodes = List.copyOf(nodes);
    waiting = List.copyOf(waiting);
  }

  /** A node by what an operator calls it: its name, else its identity's number. */
  public Optional<NodeView> node(String called) {
    Optional<NodeView> named =
        nodes.stream().filter(node -> node.name().equals(called)).findFirst();
    return named.or(
        () -> nodes.stream().filter(node -> node.id().toString().equals(called)).findFirst());
  }

  /** The name of a node; its number when it is not there any more. */
  public String name(NodeId id) {
    return nodes.stream()
        .filter(node -> node.id().equals(id))
        .map(NodeView::name)
        .findFirst()
        .orElse(id.toString());
  }
}

package dev.holdfast.ha.decide;

import java.util.Optional;

/**
 * All that a node's keeper knows of its cluster, for a monitor that has lost its own state.
 *
 * @param report what it sees, and the highest epoch that it has promised
 * @param name the node's name for people
 * @param token what it registered with
 * @param revision the highest revision of an order that it has accepted
 * @param order the last accepted order
 * @param settings the cluster's, as it heard them last
 */
public record Testimony(
    Report report,
    String name,
    long token,
    long revision,
    Optional<Order> order,
    Settings settings) {
  NodeId node() {
    return report.node();
  }

  /** The order to lead, where that is the last one. */
  Optional<Order.Lead> leads() {
    return order.filter(Order.Lead.class::isInstance).map(Order.Lead.class::cast);
  }
}

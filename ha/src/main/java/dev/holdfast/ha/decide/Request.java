package dev.holdfast.ha.decide;

import java.util.Optional;

/** What an operator asks for. */
public sealed interface Request {
  /** Another primary, planned: nothing is lost, and the old primary follows the new one. */
  record Switchover(Optional<NodeId> target) implements Request {}

  /**
   * Another primary, though the old one may not answer.
   *
   * @param dataLossAllowed the operator's word that the old primary writes no more, and that what
   *     only it held may be lost
   */
  record Failover(Optional<NodeId> target, boolean dataLossAllowed) implements Request {}

  /**
   * A node's data is to be what the repository has, and the cluster to go on from there.
   *
   * @param dataLossAllowed the operator's word that all that any node holds may be lost, and that a
   *     primary that is silent writes no more
   */
  record Recover(NodeId node, Recovery recovery, boolean dataLossAllowed) implements Request {}

  /** A node is to be left alone, or no longer. */
  record Maintenance(NodeId node, boolean on) implements Request {}

  /** A node's PostgreSQL is to be stopped and to stay so, or no longer. */
  record Fence(NodeId node, boolean on) implements Request {}

  /** A node leaves for good. */
  record Drop(NodeId node) implements Request {}

  /** Other candidate-priority and replication-quorum. */
  record Change(NodeId node, int priority, boolean quorum) implements Request {}

  /** Other settings of the cluster. */
  record Set(Settings settings) implements Request {}
}

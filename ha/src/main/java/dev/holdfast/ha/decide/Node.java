package dev.holdfast.ha.decide;

/**
 * A node as the monitor persists it.
 *
 * @param id its identity
 * @param name its name for people
 * @param token chosen by its keeper when it registered, so that registering twice makes one node
 * @param priority 0 to 100; the highest is preferred as primary, 0 is never promoted
 * @param quorum whether its confirmation counts (replication-quorum)
 * @param goal what it should be
 */
public record Node(
    NodeId id, String name, long token, int priority, boolean quorum, NodeState goal) {
  /** Checks the range. */
  public Node {
    if (priority < 0 || priority > 100) {
      throw new IllegalArgumentException("candidate-priority " + priority + " is not 0 to 100");
    }
  }

  Node withGoal(NodeState next) {
    return new Node(id, name, token, priority, quorum, next);
  }

  /** The same with another candidate-priority and replication-quorum. */
  Node with(int newPriority, boolean newQuorum) {
    return new Node(id, name, token, newPriority, newQuorum, goal);
  }
}

package dev.holdfast.ha.decide;

/** What the monitor sends, after it has persisted the state that goes with it. */
public sealed interface Command {
  /**
   * An order for a keeper.
   *
   * @param to the node
   * @param answers the sequence of the node's newest report; the order is as fresh as that
   * @param revision grows with every change of the persisted state; a keeper refuses a lower one
   * @param lease for how long from the sending of that report the node may write under a lease,
   *     nanoseconds; 0 when none is given
   */
  record Tell(NodeId to, long answers, long revision, Order order, long lease) implements Command {}

  /** The identity of the keeper that asked for one with this token. */
  record Enrolled(long token, NodeId node) implements Command {}

  /**
   * The answer to an operator.
   *
   * @param accepted whether it is done or under way
   * @param text what happens, or why it does not and what would help
   */
  record Answer(long token, boolean accepted, String text) implements Command {}
}

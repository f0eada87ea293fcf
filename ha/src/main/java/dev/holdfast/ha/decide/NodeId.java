package dev.holdfast.ha.decide;

/**
 * A node's identity: given by the monitor when it registers, kept by its keeper, never given twice.
 * A keeper that has lost it registers as a new node, so that promises nobody remembers bind nobody.
 *
 * @param number 1 and up
 */
public record NodeId(int number) implements Comparable<NodeId> {
  /** Checks the range. */
  public NodeId {
    if (number < 1) {
      throw new IllegalArgumentException("node " + number + " is not 1 or more");
    }
  }

  @Override
  public int compareTo(NodeId other) {
    return Integer.compare(number, other.number);
  }

  @Override
  public String toString() {
    return Integer.toString(number);
  }
}

package dev.holdfast.ha.decide;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Under which condition a primary may acknowledge a commit. */
public sealed interface Protection {

  /**
   * {@code ANY required (members)}: synchronous.
   *
   * @param members standbys that may confirm, ascending
   * @param required how many of them have to
   */
  record SyncSet(List<NodeId> members, int required) implements Protection {
    /** Copies, sorts and checks. */
    public SyncSet {
      members = members.stream().sorted().distinct().toList();
      if (required < 1 || required > members.size()) {
        throw new IllegalArgumentException(
            "ANY " + required + " of " + members.size() + " members makes no sense");
      }
    }

    /**
     * So many frozen members leave fewer than {@link #required} to confirm anything, and hold
     * between them everything that was confirmed.
     */
    int needed() {
      return members.size() - required + 1;
    }

    @Override
    public String toString() {
      return members.stream()
          .map(NodeId::toString)
          .collect(Collectors.joining(", ", "ANY " + required + " (", ")"));
    }
  }

  /** Alone: nobody confirms, and nobody else may be promoted. */
  record Unprotected() implements Protection {
    @Override
    public String toString() {
      return "unprotected";
    }
  }

  /** Asynchronous: nobody confirms, and the right to write ends with a lease. */
  record Leased() implements Protection {
    @Override
    public String toString() {
      return "leased";
    }
  }

  /** The one value of its kind. */
  Protection UNPROTECTED = new Unprotected();

  /** The one value of its kind. */
  Protection LEASED = new Leased();

  /** A sync set of these members, of which so many confirm, but never more than there are. */
  static Protection confirmedBy(Collection<NodeId> members, int required) {
    return new SyncSet(List.copyOf(members), Math.min(required, members.size()));
  }

  /** Whether this node's confirmation counts. */
  default boolean names(NodeId node) {
    return this instanceof SyncSet set && set.members().contains(node);
  }
}

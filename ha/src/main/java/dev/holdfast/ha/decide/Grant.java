package dev.holdfast.ha.decide;

import dev.holdfast.domain.Timeline;
import java.util.ArrayList;
import java.util.List;

/**
 * The right to write, which one node has at a time.
 *
 * @param epoch the epoch in which it was given; orders of a lower one are void
 * @param holder who may write
 * @param timeline the timeline on which it writes; a promotion creates it
 * @param version the number of the last protection on the list
 * @param possible every protection under which the holder may be acknowledging now: the proven one
 *     first, then intentions, the newest last. A promotion has to overcome all of them
 */
public record Grant(
    long epoch, NodeId holder, Timeline timeline, long version, List<Protection> possible) {
  /** Copies and checks. */
  public Grant {
    possible = List.copyOf(possible);
    if (possible.isEmpty()) {
      throw new IllegalArgumentException("a grant needs a protection");
    }
  }

  /** What the holder is asked to work under. */
  public Protection intended() {
    return possible.getLast();
  }

  /** Whether the intention is proven, so that no older protection can be in force. */
  public boolean proven() {
    return possible.size() == 1;
  }

  /** The same with another intention, which is added and replaces nothing. */
  Grant intending(Protection next) {
    List<Protection> longer = new ArrayList<>(possible);
    longer.remove(next);
    longer.add(next);
    return new Grant(epoch, holder, timeline, version + 1, longer);
  }

  /** The same once the intention is proven. */
  Grant asProven() {
    return new Grant(epoch, holder, timeline, version, List.of(intended()));
  }

  /** The same holder and protections in a later epoch. */
  Grant in(long later) {
    return new Grant(later, holder, timeline, version, possible);
  }

  /** Whether this node's confirmation may count under one of the protections. */
  boolean names(NodeId node) {
    return possible.stream().anyMatch(each -> each.names(node));
  }
}

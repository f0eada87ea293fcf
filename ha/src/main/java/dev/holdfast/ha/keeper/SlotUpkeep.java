package dev.holdfast.ha.keeper;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.postgres.replication.NodeSlots;
import dev.holdfast.postgres.replication.NodeSlots.Checkpoint;
import dev.holdfast.postgres.replication.NodeSlots.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One pass over a server's {@link NodeSlots}: a slot for every other node, none for those that are
 * gone, and each as far as its node needs it and no further. A pass can be cut off anywhere: the
 * next one sees what there is.
 *
 * <p>A slot that has lost its WAL, or that is ahead of what its node needs (the node was restored
 * or copied from something older), is dropped and made again, the latter where that gets it further
 * back.
 */
final class SlotUpkeep {
  private final NodeSlots slots;
  private final Set<NodeId> others;
  private final Consumer<String> log;

  /**
   * Of one server.
   *
   * @param others the other nodes of the cluster
   * @param log gets a line for every slot that is made or dropped
   */
  SlotUpkeep(NodeSlots slots, Set<NodeId> others, Consumer<String> log) {
    this.slots = slots;
    this.others = Set.copyOf(others);
    this.log = log;
  }

  /** On the primary: the nodes that stream say themselves how far they are. */
  void onPrimary() {
    Checkpoint last = slots.checkpoint();
    Map<Integer, Lsn> needs = new HashMap<>();
    Map<Integer, Lsn> goals = new HashMap<>();
    slots
        .flushed()
        .forEach((name, flushed) ->
            Confirmations.node(name)
                .ifPresent(node -> {
                  needs.put(node.number(), flushed);
                  goal(flushed, last).ifPresent(goal -> goals.put(node.number(), goal));
                }));
    pass(last, needs, goals);
  }

  /**
   * How far a primary's slot may go for a node that has this much: to the redo point of a
   * checkpoint that the node has, too. The primary has to keep WAL from there anyway. If they part,
   * that checkpoint is what {@code pg_rewind} goes back to, whichever of them is the primary then.
   * For a node that trails by more than a checkpoint the WAL that it needs next has to do; empty is
   * "not yet".
   */
  static Optional<Lsn> goal(Lsn flushed, Checkpoint last) {
    if (flushed.compareTo(last.record()) > 0) {
      return Optional.of(last.redo());
    }
    return flushed.compareTo(last.redo()) < 0 ? Optional.of(flushed) : Optional.empty();
  }

  /**
   * On a standby: the others stream from its upstream, whose slots say what they need. What a
   * former primary needs when it is rewound to this server begins, at the earliest, where this
   * server's own last restart point begins: that was a checkpoint of both.
   *
   * @param upstream the primary
   * @param there its slots
   */
  void onStandby(NodeId upstream, Map<Integer, Slot> there) {
    Checkpoint last = slots.checkpoint();
    Map<Integer, Lsn> needs = new HashMap<>();
    there.forEach((node, slot) ->
        slot.restart().filter(at -> !slot.lost()).ifPresent(at -> needs.put(node, at)));
    needs.put(upstream.number(), last.redo());
    pass(last, needs, needs);
  }

  /** On a standby that hears nothing of its upstream: none is moved. */
  void onStandbyAlone() {
    pass(slots.checkpoint(), Map.of(), Map.of());
  }

  /**
   * @throws HoldfastException db-query (57): what went wrong first; the other slots have had their
   *     turn all the same
   */
  private void pass(Checkpoint last, Map<Integer, Lsn> needs, Map<Integer, Lsn> goals) {
    Map<Integer, Slot> present = slots.all();
    List<HoldfastException> problems = new ArrayList<>();
    for (Slot slot : present.values()) {
      if (!others.contains(new NodeId(slot.node())) && !slot.active()) {
        attempt(() -> remove(slot), problems);
      }
    }
    Lsn end = slots.end();
    for (NodeId node : others) {
      Slot slot = present.get(node.number());
      if (slot == null) {
        attempt(() -> make(node), problems);
      } else if (!slot.active()) {
        Lsn need = needs.getOrDefault(node.number(), end);
        Lsn goal = goals.getOrDefault(node.number(), new Lsn(0));
        attempt(() -> tend(slot, last, need, goal.compareTo(end) < 0 ? goal : end), problems);
      }
    }
    if (!problems.isEmpty()) {
      throw problems.getFirst();
    }
  }

  private static void attempt(Runnable step, List<HoldfastException> problems) {
    try {
      step.run();
    } catch (HoldfastException e) {
      problems.add(e);
    }
  }

  private void remove(Slot slot) {
    slots.drop(slot.node());
    log.accept("dropped " + said(slot) + ": there is no such node (any more)");
  }

  private void make(NodeId node) {
    slots.create(node.number());
    log.accept("made replication slot " + NodeSlots.name(node.number()));
  }

  private void tend(Slot slot, Checkpoint last, Lsn need, Lsn goal) {
    if (slot.lost() || slot.restart().isEmpty()) {
      again(
          slot,
          "it has lost WAL that node "
              + slot.node()
              + " had not fetched: that was more than slot-wal-keep-size. If the node comes back it"
              + " is copied anew, unless an archive has the WAL");
      return;
    }
    Lsn restart = slot.restart().get();
    if (restart.compareTo(need) > 0 && last.redo().compareTo(restart) < 0) {
      again(slot, "it is at " + restart + ", and node " + slot.node() + " may need " + need);
    } else if (goal.compareTo(restart) > 0) {
      slots.advance(slot.node(), goal);
    }
  }

  private void again(Slot slot, String why) {
    slots.drop(slot.node());
    slots.create(slot.node());
    log.accept("made " + said(slot) + " anew: " + why);
  }

  private static String said(Slot slot) {
    return "replication slot " + NodeSlots.name(slot.node());
  }
}

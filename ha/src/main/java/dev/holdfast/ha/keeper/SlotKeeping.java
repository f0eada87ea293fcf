package dev.holdfast.ha.keeper;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.postgres.replication.NodeSlots;
import dev.holdfast.postgres.replication.ReplicationSession;
import dev.holdfast.postgres.replication.SlotBound;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Has a {@link SlotUpkeep} pass over the server's slots now and then, while it leads or follows, on
 * a thread of its own: one pass at a time, so that a server that hangs keeps nobody else waiting.
 *
 * <p>No slot is made before what slots keep is bounded.
 */
final class SlotKeeping {
  /** So many heartbeats are between two passes. */
  private static final int BEATS = 3;

  /** And no less than this: a standby's pass connects to the primary. */
  private static final Duration AT_LEAST = Duration.ofSeconds(3);

  private final Hands hands;
  private final Consumer<String> log;
  private final SlotBound bound;
  private volatile boolean underway;
  private volatile String problem = "";
  private long due = System.nanoTime();

  SlotKeeping(Hands hands, Consumer<String> log) {
    this.hands = hands;
    this.log = log;
    this.bound = new SlotBound(hands.data());
  }

  /** Begins a pass when it is time for one. */
  void consider(KeeperRecord record, Sight sight, boolean busy) {
    if (underway || busy || !sight.answers() || System.nanoTime() - due < 0) {
      return;
    }
    Optional<Order> order = record.order();
    boolean leads = order.isPresent() && order.get() instanceof Order.Lead;
    Optional<NodeId> followed =
        order.isPresent() && order.get() instanceof Order.Follow follow
            ? Optional.of(follow.upstream())
            : Optional.empty();
    boolean fits =
        (leads && sight.server() == Server.PRIMARY)
            || (followed.isPresent() && sight.server() == Server.STANDBY);
    if (!fits) {
      return;
    }
    long beats = record.settings().heartbeat().multipliedBy(BEATS).toNanos();
    due = System.nanoTime() + Math.max(beats, AT_LEAST.toNanos());
    underway = true;
    Thread.ofVirtual().name("slots").start(() -> attempt(record, followed, sight.streamAlive()));
  }

  private void attempt(KeeperRecord record, Optional<NodeId> followed, boolean hearsUpstream) {
    try {
      pass(record, followed, hearsUpstream);
    } catch (HoldfastException e) {
      say("cannot keep the replication slots in order: " + e.getMessage());
    } finally {
      underway = false;
    }
  }

  private void pass(KeeperRecord record, Optional<NodeId> followed, boolean hearsUpstream) {
    try (ReplicationSession here = hands.session()) {
      NodeSlots slots = here.slots();
      if (!bound.keep(slots, record.settings().slotWalKeepSize())) {
        say(
            SlotBound.FILE
                + " is to set max_slot_wal_keep_size, for all slots of this server: until that is"
                + " in force none is made or moved");
        return;
      }
      SlotUpkeep upkeep = new SlotUpkeep(slots, others(record), log);
      if (followed.isEmpty()) {
        upkeep.onPrimary();
      } else if (hearsUpstream) {
        upkeep.onStandby(followed.get(), there(record, followed.get()));
      } else {
        upkeep.onStandbyAlone();
      }
    }
    problem = "";
  }

  private static Set<NodeId> others(KeeperRecord record) {
    Set<NodeId> others = new HashSet<>(record.peers().keySet());
    others.remove(record.memory().orElseThrow().node());
    return others;
  }

  private Map<Integer, NodeSlots.Slot> there(KeeperRecord record, NodeId upstream) {
    ServerAddress address = ActRunner.address(record.peers(), upstream);
    try (ReplicationSession session = hands.elsewhere(address)) {
      return session.slots().all();
    }
  }

  private void say(String text) {
    if (!text.equals(problem)) {
      log.accept(text);
    }
    problem = text;
  }
}

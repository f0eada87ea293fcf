package dev.holdfast.ha.keeper;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.KeeperMemory;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Server;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a standby that does not stream never will, because its upstream has removed the
 * WAL that it needs next. PostgreSQL says so in its log only, and tries for ever.
 */
final class Stranding {
  /** So long a standby may look for its WAL, in an archive too. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Hands hands;
  private final Consumer<String> log;
  private long streamed = System.nanoTime();
  private Lsn reached = new Lsn(0);
  private volatile boolean asking;
  private volatile boolean found;
  private volatile Order.@Nullable Follow foundUnder;

  Stranding(Hands hands, Consumer<String> log) {
    this.hands = hands;
    this.log = log;
  }

  /** Whether it was found so, and no copy was made since. */
  boolean found() {
    return found;
  }

  /** A copy was made. */
  void over() {
    found = false;
    streamed = System.nanoTime();
  }

  /** Asks the upstream when there is reason to; the answer comes later. */
  void consider(KeeperMemory memory, Sight sight, boolean busy, Map<NodeId, ServerAddress> peers) {
    if (found) {
      found = memory.order().equals(Optional.ofNullable(foundUnder));
      return;
    }
    // WAL that an archive has brings it on, too.
    boolean advances = !sight.position().flushed().equals(reached);
    reached = sight.position().flushed();
    boolean looksForWal =
        !busy
            && sight.server() == Server.STANDBY
            && sight.answers()
            && !sight.streamAlive()
            && !advances
            && memory.order().isPresent()
            && memory.order().get() instanceof Order.Follow;
    if (!looksForWal) {
      streamed = System.nanoTime();
    } else if (System.nanoTime() - streamed > PATIENCE.toNanos()
        && !asking
        && memory.order().get() instanceof Order.Follow follow
        && peers.get(follow.upstream()) instanceof ServerAddress upstream) {
      asking = true;
      streamed = System.nanoTime();
      Thread.ofVirtual().name("stranded").start(() -> ask(follow, upstream, sight));
    }
  }

  private void ask(Order.Follow follow, ServerAddress upstream, Sight sight) {
    try {
      if (hands.stranded(upstream, sight.position(), follow.line())) {
        log.accept(
            "node "
                + follow.upstream()
                + " has no longer the WAL after "
                + sight.position()
                + ": a new copy is made");
        foundUnder = follow;
        found = true;
      }
    } catch (HoldfastException e) {
      log.accept("does not stream, and cannot ask why: " + e.getMessage());
    } finally {
      asking = false;
    }
  }
}

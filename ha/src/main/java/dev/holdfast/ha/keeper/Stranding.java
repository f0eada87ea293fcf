package dev.holdfast.ha.keeper;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.ha.decide.KeeperMemory;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Server;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a standby that does not stream never will, because the WAL that it needs next
 * is gone. PostgreSQL says so in its log only, and tries for ever. There are three ways to it:
 *
 * <ul>
 *   <li>a standby that answers, and whose upstream has removed that WAL;
 *   <li>one that is not consistent yet (a copy of the repository, or one that was rewound), asks
 *       for the same again and again, and neither upstream nor repository has it;
 *   <li>a copy of the repository that ends again and again before it answers.
 * </ul>
 */
final class Stranding {
  /** So long a standby may look for its WAL, in an archive too. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** So long a repository that cannot be asked may come back. */
  private static final Duration REPOSITORY_PATIENCE = Duration.ofMinutes(5);

  /** So often a copy may end before it has answered. */
  private static final int ENDS = 3;

  /** Where WAL comes from. */
  interface Supplies {
    /** The segment that a standby that does not answer is at. */
    Optional<WalSegment> segment();

    /**
     * Whether a primary has removed the WAL from which this node would go on.
     *
     * @throws HoldfastException when it cannot be asked
     */
    boolean upstreamLacks(ServerAddress upstream, Lsn from, TimelineHistory line);

    /** The same, of a node that is in a segment. */
    boolean upstreamLacks(ServerAddress upstream, WalSegment segment, TimelineHistory line);

    /** Whether the node here asks its upstream again and again for the same; takes some seconds. */
    boolean asksAgain(WalSegment segment);

    /** Whether the repository has it; {@code NO} for a server that restores nothing from there. */
    RepositoryCopies.Holding archived(WalSegment segment, TimelineHistory line);

    /** Whether the data directory is a copy of the repository that has not counted yet. */
    boolean isUntriedCopy();
  }

  private final Supplies supplies;
  private final LongSupplier clock;
  private final Consumer<String> log;

  /** Since when it looks for WAL, and when that was asked about last. */
  private long since;

  private long asked;
  private Object reached = "";
  private Server seen = Server.ABSENT;
  private int ends;
  private volatile boolean asking;
  private volatile boolean found;
  private volatile Order.@Nullable Follow foundUnder;

  /**
   * Knows nothing yet.
   *
   * @param clock nanoseconds
   */
  Stranding(Supplies supplies, LongSupplier clock, Consumer<String> log) {
    this.supplies = supplies;
    this.clock = clock;
    this.log = log;
    this.since = clock.getAsLong();
    this.asked = since;
  }

  /** Whether it was found so, and no copy was made since. */
  boolean found() {
    return found;
  }

  /** Whether an answer is waited for. */
  boolean isAsking() {
    return asking;
  }

  /** A copy was made. */
  void over() {
    found = false;
    ends = 0;
    moves();
  }

  private void moves() {
    since = clock.getAsLong();
    asked = since;
  }

  /** Asks the upstream when there is reason to; the answer comes later. */
  void consider(KeeperMemory memory, Sight sight, boolean busy, Map<NodeId, ServerAddress> peers) {
    if (found) {
      found = memory.order().equals(Optional.ofNullable(foundUnder));
      return;
    }
    if (memory.order().isEmpty()
        || !(memory.order().get() instanceof Order.Follow follow)
        || busy) {
      moves();
      return;
    }
    count(sight, follow);
    // WAL that an archive has brings it on, too.
    Object place = sight.server() == Server.STANDBY ? place(sight) : "";
    boolean advances = !place.equals(reached) || place.equals("");
    reached = place;
    if (advances || sight.streamAlive()) {
      moves();
    } else if (clock.getAsLong() - asked > PATIENCE.toNanos()
        && !asking
        && peers.get(follow.upstream()) instanceof ServerAddress upstream) {
      asking = true;
      asked = clock.getAsLong();
      Duration waited = Duration.ofNanos(asked - since);
      Thread.ofVirtual().name("stranded").start(() -> ask(follow, upstream, place, waited));
    }
  }

  /** How far it is, as far as that is to be seen. */
  private Object place(Sight sight) {
    if (sight.answers()) {
      return sight.position().flushed();
    }
    Optional<WalSegment> segment = supplies.segment();
    return segment.isPresent() ? segment.get() : "";
  }

  /** Counts how often it ends without an answer. */
  private void count(Sight sight, Order.Follow follow) {
    if (sight.answers()) {
      ends = 0;
    } else if (seen == Server.STANDBY && sight.server() == Server.STOPPED) {
      ends++;
      if (ends >= ENDS && supplies.isUntriedCopy()) {
        find(follow, "the copy of the repository does not come up");
      }
    }
    seen = sight.server();
  }

  private void find(Order.Follow follow, String why) {
    log.accept(why + ": a new copy is made");
    foundUnder = follow;
    found = true;
  }

  private void ask(Order.Follow follow, ServerAddress upstream, Object place, Duration waited) {
    try {
      switch (place) {
        case Lsn flushed when supplies.upstreamLacks(upstream, flushed, follow.line()) ->
            find(follow, "node " + follow.upstream() + " has no longer the WAL after " + flushed);
        case WalSegment segment when isGone(segment, upstream, follow, waited) ->
            find(
                follow,
                "neither node "
                    + follow.upstream()
                    + " nor the repository has the WAL that is missing in "
                    + segment);
        default -> {}
      }
    } catch (HoldfastException e) {
      log.accept("does not stream, and cannot ask why: " + e.getMessage());
    } finally {
      asking = false;
    }
  }

  private boolean isGone(
      WalSegment segment, ServerAddress upstream, Order.Follow follow, Duration waited) {
    return supplies.upstreamLacks(upstream, segment, follow.line())
        && supplies.asksAgain(segment)
        && switch (supplies.archived(segment, follow.line())) {
          case YES -> false;
          case NO -> true;
          case UNKNOWN -> waited.compareTo(REPOSITORY_PATIENCE) > 0;
        };
  }
}

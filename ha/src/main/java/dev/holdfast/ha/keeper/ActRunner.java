package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.Act;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Server;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has the {@link Hands} do one act at a time, on a thread of its own: the keeper goes on looking
 * and reporting meanwhile. Everything but that thread belongs to the keeper's.
 */
final class ActRunner implements AutoCloseable {
  /**
   * How an act ended.
   *
   * @param applied the protection that it has put in force
   * @param problem why it failed, empty when it did not
   */
  record Done(Act act, Optional<Applied> applied, Optional<HoldfastException> problem) {}

  private final Hands hands;
  private final Hands.Watch watch;
  private final Consumer<Done> done;
  private @Nullable Act underway;
  private volatile boolean unwanted;
  private volatile boolean closed;

  /**
   * Begins nothing yet.
   *
   * @param sight the keeper's latest look
   * @param done is told on the act's thread; {@link #ended} is to follow on the keeper's
   */
  ActRunner(Hands hands, Supplier<Sight> sight, Consumer<Done> done) {
    this.hands = hands;
    this.done = done;
    this.watch =
        new Hands.Watch() {
          @Override
          public Sight sight() {
            return sight.get();
          }

          @Override
          public boolean unwanted() {
            return unwanted || closed;
          }

          @Override
          public boolean givenUp() {
            return unwanted;
          }
        };
  }

  boolean isBusy() {
    return underway != null;
  }

  /** Whether the data directory is being made, so that there is nothing to be seen in it yet. */
  boolean rebuilds() {
    return underway instanceof Act.Initialize
        || underway instanceof Act.Clone
        || underway instanceof Act.Restore
        || underway instanceof Act.Rewind;
  }

  /** Nobody waits for the effect of what is under way any more: what takes long is ended. */
  void giveUp() {
    unwanted = true;
  }

  /** Another order has come; what is under way is given up, unless that one wants it too. */
  void turnTo(Order next) {
    if (!isWantedBy(next)) {
      giveUp();
    }
  }

  /** A copy of a node serves in every epoch in which that node is followed. */
  private boolean isWantedBy(Order next) {
    return switch (underway) {
      case Act.Clone clone -> follows(next, clone.upstream());
      case Act.Rewind rewind -> follows(next, rewind.upstream());
      case null, default -> false;
    };
  }

  private static boolean follows(Order order, NodeId upstream) {
    return order instanceof Order.Follow follow && follow.upstream().equals(upstream);
  }

  /** What was begun has ended. */
  void ended() {
    underway = null;
  }

  /** Begins; nothing else is under way. */
  void begin(Act act, KeeperRecord record) {
    underway = act;
    unwanted = false;
    Thread.ofVirtual().name("act").start(() -> done.accept(attempt(act, record)));
  }

  private Done attempt(Act act, KeeperRecord record) {
    try {
      return new Done(act, perform(act, record), Optional.empty());
    } catch (HoldfastException e) {
      return new Done(act, Optional.empty(), Optional.of(e));
    } catch (RuntimeException | Error e) {
      // Whatever it was: a keeper that waits for an act for ever keeps nothing.
      HoldfastException problem =
          new HoldfastException(ErrorCode.UNHANDLED, act + " failed unexpectedly: " + e, e);
      return new Done(act, Optional.empty(), Optional.of(problem));
    }
  }

  private Optional<Applied> perform(Act act, KeeperRecord record) {
    Map<NodeId, ServerAddress> peers = record.peers();
    switch (act) {
      case Act.Nothing nothing -> {}
      case Act.Initialize initialize -> hands.initialize();
      case Act.StopServer stop -> stop(record);
      case Act.StopReceiver stop -> hands.stopReceiver();
      case Act.StartPrimary start ->
          hands.startPrimary(start.version(), start.protection(), peers.size(), watch);
      case Act.StartFrozen start -> hands.startFrozen();
      case Act.Promote promote ->
          hands.promote(promote.timeline(), promote.version(), promote.protection(), watch);
      case Act.Apply apply -> {
        Lsn at = hands.apply(apply.version(), apply.protection(), peers.size());
        return Optional.of(new Applied(apply.version(), apply.protection(), at));
      }
      case Act.Stream stream ->
          hands.stream(
              stream.upstream(),
              address(peers, stream.upstream()),
              watch.sight().server() != Server.STOPPED);
      case Act.Fetch fetch -> hands.fetch(fetch.from(), address(peers, fetch.from()), watch);
      case Act.Restore restore -> hands.restore(restore.recovery(), restore.above(), watch);
      case Act.Rewind rewind -> hands.rewind(address(peers, rewind.upstream()), watch);
      case Act.Clone clone -> hands.copy(address(peers, clone.upstream()), watch);
    }
    return Optional.empty();
  }

  /** A primary that is still told to lead and has to stop is fenced: its time is over. */
  private void stop(KeeperRecord record) {
    boolean leads = record.order().isPresent() && record.order().get() instanceof Order.Lead;
    if (leads) {
      hands.fence();
    } else {
      hands.stop(watch, !record.settings().synchronous());
    }
  }

  /**
   * Where a node is.
   *
   * @throws HoldfastException host-invalid (72) when nobody has said yet
   */
  static ServerAddress address(Map<NodeId, ServerAddress> peers, NodeId node) {
    ServerAddress found = peers.get(node);
    if (found == null) {
      throw new HoldfastException(
          ErrorCode.HOST_INVALID, "nobody has said yet where node " + node + " is");
    }
    return found;
  }

  @Override
  public void close() {
    closed = true;
  }
}

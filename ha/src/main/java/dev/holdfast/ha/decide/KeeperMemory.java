package dev.holdfast.ha.decide;

import java.util.Optional;

/**
 * What a keeper persists: each new value is durable before anything is done or said that rests on
 * it.
 *
 * @param node the node's identity
 * @param promised the highest epoch that an accepted order had; lower ones are refused for ever
 * @param revision the highest revision that an accepted order had
 * @param order the last accepted order
 * @param populated whether there ever was a data directory: a lost one is not replaced by an empty
 * @param underway whether an act that opens or connects PostgreSQL was begun and not seen to end
 * @param rebuilding whether the data directory is being rewound, cloned or restored, or that was
 *     cut off; after a restore until the monitor has granted the node to lead with it
 * @param restored the epoch of the last order to restore that is done, 0 for none
 * @param regain what has to be held again before the node counts: all it may have confirmed before
 *     it was rebuilt lies before this
 */
public record KeeperMemory(
    NodeId node,
    long promised,
    long revision,
    Optional<Order> order,
    boolean populated,
    boolean underway,
    boolean rebuilding,
    long restored,
    Optional<Position> regain) {

  /** A node that was just given its identity. */
  public static KeeperMemory of(NodeId node) {
    return new KeeperMemory(node, 0, 0, Optional.empty(), false, false, false, 0, Optional.empty());
  }

  /** To be persisted as soon as there is a data directory. */
  public KeeperMemory sawData() {
    return new KeeperMemory(
        node, promised, revision, order, true, underway, rebuilding, restored, regain);
  }

  /**
   * To be persisted before an act that {@link Act#outlivesItsKeeper}: another keeper could not see
   * that it is still to have its effect.
   */
  public KeeperMemory begins() {
    return new KeeperMemory(
        node, promised, revision, order, populated, true, rebuilding, restored, regain);
  }

  /**
   * To be persisted when such an act was seen to have its effect, or PostgreSQL was stopped after.
   */
  public KeeperMemory settled() {
    return new KeeperMemory(
        node, promised, revision, order, populated, false, rebuilding, restored, regain);
  }

  /** To be persisted before a rewind or a clone begins. */
  public KeeperMemory rebuildBegins() {
    return new KeeperMemory(
        node, promised, revision, order, populated, underway, true, restored, regain);
  }

  /**
   * To be persisted when a rewind or a clone is finished.
   *
   * @param upstream how far the primary was after the node had stopped receiving from anybody
   */
  public KeeperMemory rebuilt(Position upstream) {
    return new KeeperMemory(
        node,
        promised,
        revision,
        order,
        populated,
        underway,
        false,
        restored,
        Optional.of(upstream));
  }

  /** The same, without a watermark that has been reached. */
  public KeeperMemory regained(Position position) {
    return regain.isPresent() && complete(position)
        ? new KeeperMemory(
            node,
            promised,
            revision,
            order,
            populated,
            underway,
            rebuilding,
            restored,
            Optional.empty())
        : this;
  }

  /**
   * To be persisted when a restore is finished. What the node holds counts for nothing yet: it is
   * less than what it may have confirmed, and whether that is given up the monitor decides.
   */
  public KeeperMemory restoredFor(long epoch) {
    return new KeeperMemory(node, promised, revision, order, true, underway, true, epoch, regain);
  }

  KeeperMemory accepting(Command.Tell tell) {
    boolean granted =
        rebuilding
            && restored > 0
            && tell.order() instanceof Order.Lead lead
            && lead.epoch() == restored;
    return new KeeperMemory(
        node,
        Math.max(promised, tell.order().epoch()),
        Math.max(revision, tell.revision()),
        Optional.of(tell.order()),
        populated,
        underway,
        rebuilding && !granted,
        restored,
        granted ? Optional.empty() : regain);
  }

  boolean complete(Position position) {
    return !rebuilding
        && (regain.isEmpty() || position.holds(regain.get()) || isOvertaken(position));
  }

  /**
   * The primary it was rebuilt from has been replaced by one that does not hold the watermark. What
   * was acknowledged before is what that one began with.
   */
  private boolean isOvertaken(Position position) {
    return order.isPresent()
        && order.get() instanceof Order.Follow follow
        && !regain.orElseThrow().liesOn(follow.line())
        && position.history().equals(follow.line())
        && follow.line().ancestors().stream()
            .allMatch(each -> position.flushed().compareTo(each.switchPoint()) >= 0);
  }
}

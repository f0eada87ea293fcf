package dev.holdfast.ha.keeper;

import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Protection;
import java.util.Optional;
import java.util.function.Function;

/**
 * Under which protection PostgreSQL works: the proven one, or, after a restart of the keeper, what
 * PostgreSQL's configuration and the order let one expect. Used by the keeper's thread alone.
 */
final class InForce {
  private final Function<Boolean, Protection> configured;
  private Applied proven = Applied.NOTHING;

  /**
   * Nothing is proven yet.
   *
   * @param configured what PostgreSQL was configured with last; given whether a configuration that
   *     names nobody may be a leased one
   */
  InForce(Function<Boolean, Protection> configured) {
    this.configured = configured;
  }

  Applied proven() {
    return proven;
  }

  boolean isProven() {
    return proven.version() > 0;
  }

  void prove(Applied next) {
    proven = next;
  }

  /** What was proven holds no more. */
  void doubt() {
    proven = Applied.NOTHING;
  }

  /** The protection to reckon with. */
  Protection protection(Optional<Order> order) {
    return isProven() ? proven.protection() : configured.apply(isToldToLease(order));
  }

  /** Whether what writes may do so under a lease only; an unproven doubt counts as one. */
  boolean mayBeLeased(Optional<Order> order, boolean synchronousCluster) {
    if (isProven()) {
      return proven.protection() instanceof Protection.Leased;
    }
    boolean leads = order.isPresent() && order.get() instanceof Order.Lead;
    boolean thinkable = leads ? isToldToLease(order) : !synchronousCluster;
    return thinkable && configured.apply(true) instanceof Protection.Leased;
  }

  private static boolean isToldToLease(Optional<Order> order) {
    return order.isPresent()
        && order.get() instanceof Order.Lead lead
        && lead.protection() instanceof Protection.Leased;
  }
}

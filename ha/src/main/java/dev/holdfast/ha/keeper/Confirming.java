package dev.holdfast.ha.keeper;

import dev.holdfast.ha.decide.Protection;
import java.nio.file.Path;

/**
 * The {@code synchronous_standby_names} for a protection. An adopted primary that is still the only
 * node keeps those that it had: they protect more than the monitor asks for, and the standbys that
 * they name are there. With the second node's registration that ends for good, because an adopted
 * standby comes back under another name, and commits would wait for one that nobody has.
 */
final class Confirming {
  private final Path state;
  private volatile AdoptedServer adopted;

  /**
   * For one keeper.
   *
   * @param state its directory
   */
  Confirming(Path state) {
    this.state = state;
    this.adopted = AdoptedServer.read(state);
  }

  /**
   * In PostgreSQL's syntax.
   *
   * @param nodes how many the cluster has, as far as is known
   */
  String text(Protection protection, int nodes) {
    return protection.equals(Protection.UNPROTECTED) && nodes <= 1
        ? adopted.confirming()
        : Confirmations.text(protection);
  }

  /** To be called before something else is put in force than {@link #text} was before. */
  void release(int nodes) {
    if (nodes > 1 && !adopted.confirming().isEmpty()) {
      AdoptedServer next = adopted.released();
      next.write(state);
      adopted = next;
    }
  }
}

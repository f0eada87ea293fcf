package dev.holdfast.ha.keeper;

import dev.holdfast.domain.Lsn;
import dev.holdfast.ha.decide.Protection;

/**
 * A protection that is proven to be in force in every process of PostgreSQL.
 *
 * @param version the monitor's number of it, 0 for none
 * @param protection who confirms
 * @param at an LSN taken after it was
 */
record Applied(long version, Protection protection, Lsn at) {
  /** Nothing is proven. */
  static final Applied NOTHING = new Applied(0, Protection.UNPROTECTED, new Lsn(0));
}

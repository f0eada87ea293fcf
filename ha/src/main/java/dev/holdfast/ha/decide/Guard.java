package dev.holdfast.ha.decide;

import java.util.EnumSet;
import java.util.Set;

/**
 * What safety rests on, by name, so that a test can leave one out and show that the simulator
 * notices. All are active outside of tests.
 */
enum Guard {
  /** A promotion counts N - n + 1 frozen members; without, one is enough. */
  COUNT,
  /** Every protection that may be in force is overcome; without, only the intended one. */
  EVERY_POSSIBLE_PROTECTION,
  /** A changed protection is proven by an LSN; without, the primary's word that it applied it. */
  PROVEN_BY_LSN,
  /** A change is written down as an intention first; without, it replaces the old at once. */
  INTENTION_FIRST,
  /** Nobody is promoted beside an unprotected primary; without, anyone is. */
  UNPROTECTED_BARS_OTHERS,
  /** Frozen means an order of this epoch; without, an old freeze counts too. */
  FROZEN_IN_THIS_EPOCH,
  /** Who holds most is promoted; without, who has the highest priority. */
  HIGHEST_LSN,
  /** Reports out of order are passed over. */
  REPORTS_IN_ORDER,
  /** The lease has to have passed; without, it is not waited for. */
  LEASE_WAITED_FOR,
  /** A monitor that starts waits for the longest lease there was; without, for one as it is set. */
  LONGEST_LEASE_REMEMBERED,
  /** An asynchronous failover respects the budget. */
  LOSS_BUDGET,
  /** The holder's word counts when it has promised this epoch; without, that it is stopped. */
  PROMISED_BY_THE_HOLDER,
  /** A keeper persists its promise before it acts and answers. */
  PROMISE_PERSISTED,
  /** A keeper knows of acts that an earlier one began. */
  ACTS_REMEMBERED,
  /** A keeper refuses orders of lower epochs and revisions. */
  OLD_ORDERS_REFUSED,
  /** PostgreSQL is started for writing only with a fresh grant. */
  FRESH_GRANT,
  /** Stopped means that no process remains; without, that the postmaster is gone. */
  NO_PROCESS_REMAINS,
  /** A primary whose data directory is lost is not given an empty one. */
  LOST_DATA_STAYS_LOST,
  /** A rewound or cloned node counts only when it has regained what it held. */
  REBUILT_NODES_WAIT,
  /** A primary without its lease stops itself. */
  LEASE_KEPT,
  /** A node whose WAL left the primary's history is rewound before it follows. */
  FOREIGN_WAL_REWOUND;

  static Set<Guard> all() {
    return EnumSet.allOf(Guard.class);
  }
}

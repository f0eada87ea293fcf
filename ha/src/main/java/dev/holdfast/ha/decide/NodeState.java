package dev.holdfast.ha.decide;

import java.util.Locale;

/**
 * What the monitor wants a node to be. The names are pg_auto_failover's where they mean the same.
 */
public enum NodeState {
  /** The primary, and there is no other node. */
  SINGLE(true, "writes alone; there is no other node"),
  /** The primary, unprotected: others are there, but none is a candidate. */
  WAIT_PRIMARY(true, "writes without a standby's confirmation"),
  /** The primary, under the protection that it was granted, proven. */
  PRIMARY(true, "writes under a proven protection"),
  /** The primary, while a change of its protection waits for its proof. */
  APPLY_SETTINGS(true, "writes, while its sync set changes"),
  /** Chosen in an election: is promoted. */
  PREPARE_PROMOTION(true, "was chosen, and is promoted"),
  /** The primary, stopping for a planned switchover. */
  DRAINING(false, "stops, for a switchover"),
  /** The primary of an epoch that an election ends: stops as soon as it hears of it. */
  DEMOTE_TIMEOUT(false, "must stop; may not have heard of it"),
  /** A former primary that waits for the new one. */
  DEMOTED(false, "waits for the new primary"),
  /** Registered; waits for a primary from which it can be cloned. */
  WAIT_STANDBY(false, "waits for a primary to be cloned from"),
  /** Follows the primary (after a clone or a rewind where needed), too far behind to count. */
  CATCHINGUP(false, "catches up with the primary"),
  /** Follows the new primary after an election in which another was chosen. */
  JOIN_SECONDARY(false, "joins the new primary"),
  /** Follows closely: a candidate, and with replication-quorum a member of the sync set. */
  SECONDARY(false, "follows closely"),
  /** Frozen in an election: has stopped its WAL receiver and says what it holds. */
  REPORT_LSN(false, "is frozen, and reports its LSN"),
  /** Preferred in an election: fetches the WAL it lacks from the node that holds most. */
  FAST_FORWARD(false, "fetches missing WAL before its promotion"),
  /** Its data is replaced by the repository's, on the operator's wish; leads when that is done. */
  RECOVERING(false, "is restored from the repository"),
  /** Leaves the sync set before its maintenance. */
  WAIT_MAINTENANCE(false, "leaves the sync set before maintenance"),
  /** Left alone on the operator's wish. */
  MAINTENANCE(false, "is in maintenance"),
  /** Stopped on the operator's wish, until he says otherwise. */
  FENCED(false, "is fenced: stopped until it is unfenced"),
  /** Leaves the sync set, and then the cluster. */
  DROPPED(false, "leaves the cluster");

  private final boolean leads;
  private final String meaning;

  NodeState(boolean leads, String meaning) {
    this.leads = leads;
    this.meaning = meaning;
  }

  /** Whether a node in this state holds the grant and may write. */
  public boolean leads() {
    return leads;
  }

  /** What it does, to go on after the node's name. */
  public String meaning() {
    return meaning;
  }

  /** The name as pg_auto_failover writes it, for example {@code wait_primary}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.holdfast.ha.decide;

/** What a keeper sees of its PostgreSQL. */
public enum Server {
  /** There is no data directory yet. */
  ABSENT,
  /** No process of the data directory remains. */
  STOPPED,
  /** The postmaster is gone, but a process of the data directory remains and may still commit. */
  LEFTOVERS,
  /** In recovery, with a WAL receiver or looking for one. */
  STANDBY,
  /** In recovery, and will look for no WAL until it is told to: stays so across restarts. */
  FROZEN,
  /** Open for writing. */
  PRIMARY,
  /** There, but answers no new connection. */
  HUNG;

  /** Whether no confirmation can come from here. */
  boolean confirmsNothing() {
    return this == STOPPED || this == FROZEN;
  }
}

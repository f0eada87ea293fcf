package dev.holdfast.ha.keeper;

import dev.holdfast.ha.decide.Act;
import dev.holdfast.ha.decide.Protection;
import java.time.Duration;

/**
 * Sees that a lease under which PostgreSQL writes is on disk, and that the dead-man process and,
 * where one is wanted, a watchdog watch it. Used by the keeper's thread alone.
 */
final class LeaseGuard {
  private final Lease lease;
  private final DeadMan deadMan;
  private final Watchdog watchdog;
  private boolean awaited;

  LeaseGuard(Lease lease, DeadMan deadMan, Watchdog watchdog) {
    this.lease = lease;
    this.deadMan = deadMan;
    this.watchdog = watchdog;
  }

  /**
   * At each turn.
   *
   * @param needed whether PostgreSQL writes under a lease, or is about to; a standby, and a primary
   *     that waits for its sync set, are not guarded
   * @param length how long a lease is
   */
  void stand(boolean needed, Duration length) {
    if (needed) {
      lease.guard();
      deadMan.ensure();
      watchdog.stand(lease.ends(), length);
    } else {
      end();
    }
  }

  /** There is nothing to guard. */
  void end() {
    watchdog.rest();
    lease.release();
  }

  boolean isOnGuard() {
    return lease.isGuarded();
  }

  /** Whether an act would begin a lease that nobody but this process would see to the end of. */
  boolean mustPrecede(Act act) {
    boolean leased =
        switch (act) {
          case Act.StartPrimary start -> start.protection() instanceof Protection.Leased;
          case Act.Promote promote -> promote.protection() instanceof Protection.Leased;
          case Act.Apply apply -> apply.protection() instanceof Protection.Leased;
          default -> false;
        };
    awaited = leased && !(lease.isGuarded() && deadMan.isUp() && watchdog.isReady());
    return awaited;
  }

  /** Whether an act waits for the dead-man process, which was started a moment ago. */
  boolean isComing() {
    return awaited && deadMan.isComing();
  }
}

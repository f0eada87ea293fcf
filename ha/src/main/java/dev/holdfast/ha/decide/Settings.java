package dev.holdfast.ha.decide;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the operator chose for the cluster.
 *
 * @param synchronous whether commits wait for standbys
 * @param numberSyncStandbys how many have to confirm, 1 and up, as far as there are so many
 * @param strict commits block rather than go on with fewer confirmations than that
 * @param heartbeat how often a keeper reports when nothing happens
 * @param unhealthyAfter a node that is silent for so long is taken to be in trouble
 * @param fenceAfter a primary that hears neither the monitor nor enough of its sync set stops
 * @param lease how long an asynchronous primary may write after it asked
 * @param lossBudget bytes that an asynchronous failover may lose
 * @param catchupGap bytes by which a standby may trail and still be called a secondary
 * @param restarts starts of a crashed PostgreSQL in place before a failover
 * @param drainLimit how long a planned switchover waits for the primary to stop
 * @param slotWalKeepSize bytes of WAL that a server keeps for a node that does not fetch it, unless
 *     its own configuration says how many
 */
public record Settings(
    boolean synchronous,
    int numberSyncStandbys,
    boolean strict,
    Duration heartbeat,
    Duration unhealthyAfter,
    Duration fenceAfter,
    Duration lease,
    long lossBudget,
    long catchupGap,
    int restarts,
    Duration drainLimit,
    long slotWalKeepSize) {

  /** Synchronous, one confirmation, detection within three seconds. */
  public static final Settings DEFAULT =
      new Settings(
          true,
          1,
          false,
          Duration.ofSeconds(1),
          Duration.ofSeconds(3),
          Duration.ofSeconds(10),
          Duration.ofSeconds(3),
          1 << 20,
          16 << 20,
          3,
          Duration.ofSeconds(30),
          16L << 30);

  /** How quick the cluster is to notice trouble, and how easily it takes a hiccup for it. */
  public enum Profile {
    /** For networks and machines as they are: a silent host is replaced within four seconds. */
    NORMAL(DEFAULT.heartbeat, DEFAULT.unhealthyAfter, DEFAULT.lease),
    /** For quiet machines side by side: within one and a half. */
    FAST(Duration.ofMillis(250), Duration.ofSeconds(1), Duration.ofSeconds(1));

    private final Duration heartbeat;
    private final Duration unhealthyAfter;
    private final Duration lease;

    Profile(Duration heartbeat, Duration unhealthyAfter, Duration lease) {
      this.heartbeat = heartbeat;
      this.unhealthyAfter = unhealthyAfter;
      this.lease = lease;
    }
  }

  /** Checks the ranges. */
  public Settings {
    if (numberSyncStandbys < 1) {
      throw new IllegalArgumentException("number-sync-standbys is at least 1");
    }
    if (unhealthyAfter.compareTo(heartbeat) <= 0) {
      throw new IllegalArgumentException("unhealthy-after must be longer than a heartbeat");
    }
    if (lease.compareTo(heartbeat.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException("lease must be at least two heartbeats");
    }
    if (slotWalKeepSize < 1 << 20) {
      throw new IllegalArgumentException("slot-wal-keep-size is at least 1 MiB");
    }
  }

  /** After so long a stream on which nothing comes is dead: a primary says something each beat. */
  public Duration streamSilence() {
    return heartbeat.multipliedBy(2);
  }

  /** The same, quicker or slower. */
  public Settings withProfile(Profile profile) {
    return new Settings(
        synchronous,
        numberSyncStandbys,
        strict,
        profile.heartbeat,
        profile.unhealthyAfter,
        fenceAfter,
        profile.lease,
        lossBudget,
        catchupGap,
        restarts,
        drainLimit,
        slotWalKeepSize);
  }

  /** The profile that it has; empty for another choice. */
  public Optional<Profile> profile() {
    return Arrays.stream(Profile.values())
        .filter(profile -> equals(withProfile(profile)))
        .findFirst();
  }

  /** The same with another number of confirmations. */
  public Settings withNumberSyncStandbys(int number) {
    return copy(synchronous, number, strict, lossBudget);
  }

  /** The same, blocking or not when there are too few standbys. */
  public Settings withStrict(boolean blocks) {
    return copy(synchronous, numberSyncStandbys, blocks, lossBudget);
  }

  /** The same, waiting for standbys or not. */
  public Settings withSynchronous(boolean waits) {
    return copy(waits, numberSyncStandbys, strict, lossBudget);
  }

  /** The same with another budget of bytes. */
  public Settings withLossBudget(long bytes) {
    return copy(synchronous, numberSyncStandbys, strict, bytes);
  }

  /** The same with another time for which an asynchronous primary may write unheard. */
  public Settings withLease(Duration other) {
    return new Settings(
        synchronous,
        numberSyncStandbys,
        strict,
        heartbeat,
        unhealthyAfter,
        fenceAfter,
        other,
        lossBudget,
        catchupGap,
        restarts,
        drainLimit,
        slotWalKeepSize);
  }

  /** The same with another bound of what slots keep. */
  public Settings withSlotWalKeepSize(long bytes) {
    return new Settings(
        synchronous,
        numberSyncStandbys,
        strict,
        heartbeat,
        unhealthyAfter,
        fenceAfter,
        lease,
        lossBudget,
        catchupGap,
        restarts,
        drainLimit,
        bytes);
  }

  private Settings copy(boolean waits, int number, boolean blocks, long bytes) {
    return new Settings(
        waits,
        number,
        blocks,
        heartbeat,
        unhealthyAfter,
        fenceAfter,
        lease,
        bytes,
        catchupGap,
        restarts,
        drainLimit,
        slotWalKeepSize);
  }
}

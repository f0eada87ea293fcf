package dev.holdfast.ha.monitor;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.function.LongSupplier;

/**
 * What all clusters of a monitor share.
 *
 * @param store where they are written
 * @param news who is told what happens
 * @param wall the time that events show
 * @param clock nanoseconds of a clock that only goes forward. Linux's monotonic clock stands still
 *     while the host is suspended: a lease then seems to last longer than it does, which is the
 *     safe side for a monitor
 */
record Surroundings(ClusterStore store, MonitorNews news, Clock wall, LongSupplier clock) {
  private static final int SECRET_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  long now() {
    return clock.getAsLong();
  }

  /** 43 characters of the alphabet that needs no quotes in URLs, files and connection strings. */
  String newSecret() {
    byte[] bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}

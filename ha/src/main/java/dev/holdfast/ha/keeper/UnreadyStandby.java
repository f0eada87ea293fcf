package dev.holdfast.ha.keeper;

import dev.holdfast.domain.WalSegment;
import dev.holdfast.postgres.process.ServerControl;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A standby that is not consistent yet, and so cannot be asked anything: what is seen of it from
 * outside. When neither an archive nor the upstream has the WAL that it needs next, it stays so for
 * ever, and says why in its log only.
 */
final class UnreadyStandby {
  /** A restore_command that fails may take a second each time, for each of several timelines. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

  /** One could be its last, which brings what it needs. */
  private static final int AGAIN = 3;

  private final ServerControl control;

  UnreadyStandby(ServerControl control) {
    this.control = control;
  }

  /** The segment that it is at. */
  Optional<WalSegment> segment() {
    return control.recovering();
  }

  /**
   * Whether it asks its upstream again and again for the same: WAL receivers come and go. One that
   * replays what it has, or is given something by its restore_command, has none.
   */
  boolean asksAgain(WalSegment segment) {
    Set<Long> receivers = new HashSet<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      receivers.addAll(control.walReceivers());
      if (!control.recovering().equals(Optional.of(segment))) {
        return false;
      }
      if (receivers.size() >= AGAIN) {
        return true;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    return false;
  }
}

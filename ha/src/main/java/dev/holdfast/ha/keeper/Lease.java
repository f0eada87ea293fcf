package dev.holdfast.ha.keeper;

import java.util.function.LongSupplier;

/**
 * Until when the node may write without hearing from the monitor. While PostgreSQL does, it is on
 * disk before anything rests on it: the dead-man process and a keeper that comes after this one
 * know no other. Used by the keeper's thread alone.
 *
 * <p>Nobody believes more than the monitor granted: a lease counts from the question, and what
 * cannot be written is not in force here either.
 */
final class Lease {
  /** Less than this more, in nanoseconds, is not worth a write. */
  private static final long WORTH_IT = 100_000_000L;

  private final LeaseFile file;
  private final LongSupplier clock;
  private LeaseFile.Span span;
  private boolean guarded;

  /**
   * Goes on under what an earlier keeper of the same boot has left.
   *
   * @param clock nanoseconds, as {@link BootClock} has them
   */
  Lease(LeaseFile file, LongSupplier clock) {
    this.file = file;
    this.clock = clock;
    long now = clock.getAsLong();
    var left = file.read(now);
    this.span = left.orElse(new LeaseFile.Span(now, 0));
    this.guarded = left.isPresent();
  }

  /** Nanoseconds until it ends; negative afterwards. */
  long left() {
    return span.ends() - clock.getAsLong();
  }

  /** When it ends, by the clock. */
  long ends() {
    return span.ends();
  }

  /**
   * The monitor has answered.
   *
   * @param asked when the question was sent
   * @param length for how long from then on
   * @throws dev.holdfast.domain.HoldfastException file-write (64); it is not extended then
   */
  void granted(long asked, long length) {
    LeaseFile.Span next = new LeaseFile.Span(asked, length);
    if (next.ends() - span.ends() < WORTH_IT) {
      return;
    }
    if (guarded) {
      file.write(next);
    }
    span = next;
  }

  /**
   * From now on PostgreSQL may be writing under it.
   *
   * @throws dev.holdfast.domain.HoldfastException file-write (64)
   */
  void guard() {
    if (!guarded) {
      file.write(span);
      guarded = true;
    }
  }

  /**
   * PostgreSQL does not write under it any more.
   *
   * @throws dev.holdfast.domain.HoldfastException file-write (64)
   */
  void release() {
    if (guarded) {
      file.release();
      guarded = false;
    }
  }

  boolean isGuarded() {
    return guarded;
  }
}

package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.Deadline;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.lock.LockKind;
import dev.holdfast.engine.lock.StanzaLocks;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * The stanza's archive lock, which a background process holds as long as it works. That it is held
 * is no error: somebody is at work already.
 */
public final class ArchiveLock {
  private final StanzaLocks locks;
  private final StanzaName stanza;
  private final List<Integer> repositoryKeys;

  /** The lock of a stanza for all repositories that WAL is exchanged with. */
  public ArchiveLock(StanzaLocks locks, StanzaName stanza, List<Integer> repositoryKeys) {
    this.locks = locks;
    this.stanza = stanza;
    this.repositoryKeys = List.copyOf(repositoryKeys);
  }

  /** Whether nobody is at work; may be otherwise an instant later. */
  boolean isFree() {
    Optional<HeldLocks> held = tryAcquire();
    held.ifPresent(HeldLocks::close);
    return held.isPresent();
  }

  /** Works under the lock, or does nothing if somebody else does. */
  void ifFree(Runnable work) {
    Optional<HeldLocks> held = tryAcquire();
    if (held.isPresent()) {
      try (HeldLocks locked = held.get()) {
        work.run();
      }
    }
  }

  /**
   * Works under the lock as soon as nobody else does.
   *
   * @throws HoldfastException lock-acquire (50) if somebody is at work for all that time
   */
  public void whenFree(Duration timeout, Runnable work) {
    Deadline deadline = Deadline.in(timeout);
    Optional<HeldLocks> held = tryAcquire();
    while (held.isEmpty() && deadline.pause()) {
      held = tryAcquire();
    }
    try (HeldLocks locked =
        held.orElseThrow(() ->
            new HoldfastException(
                ErrorCode.LOCK_ACQUIRE,
                "another process pushes or gets WAL of stanza '" + stanza + "'"))) {
      work.run();
    }
  }

  private Optional<HeldLocks> tryAcquire() {
    try {
      return Optional.of(locks.acquire(stanza, EnumSet.of(LockKind.ARCHIVE), repositoryKeys));
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.LOCK_ACQUIRE) {
        return Optional.empty();
      }
      throw e;
    }
  }
}

package dev.holdfast.engine.lock;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.storage.posix.Flock;
import dev.holdfast.storage.posix.PosixDirectories;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/** The locks of the stanzas of one host. Thread-safe. */
public final class StanzaLocks {
  private static final int FILE_MODE = 0640;
  private static final int PATH_MODE = 0770;

  /** Somebody who asks for the state of a lock holds it for an instant: that is no refusal. */
  private static final int ATTEMPTS = 5;

  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(20);

  private final Path lockPath;
  private final LockContent holder;

  /**
   * No lock held yet.
   *
   * @param lockPath option {@code lock-path}; made when it is missing
   * @param executionId names this run, see {@link LockContent#executionId}
   * @param processId this process
   */
  public StanzaLocks(Path lockPath, String executionId, long processId) {
    this.lockPath = lockPath;
    this.holder = new LockContent(executionId, processId, null);
  }

  /**
   * Takes the locks of all kinds and repositories given, or none.
   *
   * @param repositoryKeys the numbers of the repositories, as in {@code repo1-path}
   * @throws HoldfastException lock-acquire (50) when another process holds one of them
   */
  public HeldLocks acquire(
      StanzaName stanza, Set<LockKind> kinds, Collection<Integer> repositoryKeys) {
    PosixDirectories.create(lockPath.toAbsolutePath(), PATH_MODE);
    List<Flock> taken = new ArrayList<>();
    boolean complete = false;
    try {
      for (LockKind kind : EnumSet.copyOf(kinds)) {
        taken.add(take(fileWithoutRepository(stanza, kind), Flock.Kind.SHARED));
        for (int key : new TreeSet<>(repositoryKeys)) {
          taken.add(take(file(stanza, kind, key), Flock.Kind.EXCLUSIVE));
        }
      }
      HeldLocks held = new HeldLocks(taken, holder);
      complete = true;
      return held;
    } finally {
      if (!complete) {
        HeldLocks.release(taken);
      }
    }
  }

  private static Flock take(Path file, Flock.Kind kind) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Optional<Flock> lock = Flock.tryAcquire(file, kind, FILE_MODE);
      if (lock.isPresent()) {
        return lock.get();
      }
      if (attempt < ATTEMPTS) {
        LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
      }
    }
    String holder =
        Flock.holder(file) instanceof Flock.Holder.Alive alive
            ? LockContent.parse(alive.content())
                .map(content -> " by process " + content.processId())
                .orElse("")
            : "";
    throw new HoldfastException(
        ErrorCode.LOCK_ACQUIRE,
        "unable to acquire lock on file '" + file + "': it is held" + holder,
        "Is another Holdfast or pgBackRest process running?");
  }

  /** What a lock's state is, for {@code info}. */
  public sealed interface State {
    /** Nobody holds it. */
    record Free() implements State {}

    /**
     * Somebody does.
     *
     * @param content what the holder says; nothing while it is being written
     */
    record Held(Optional<LockContent> content) implements State {}
  }

  /** Who holds the lock of a repository, under either name. */
  public State state(StanzaName stanza, LockKind kind, int repositoryKey) {
    State keyed = state(file(stanza, kind, repositoryKey));
    if (keyed instanceof State.Held) {
      return keyed;
    }
    // Ours hold that one shared, so that only an old pgBackRest shows there.
    return state(fileWithoutRepository(stanza, kind));
  }

  private static State state(Path file) {
    return switch (Flock.holder(file)) {
      case Flock.Holder.Absent _, Flock.Holder.Gone _ -> new State.Free();
      case Flock.Holder.Alive(byte[] content) -> new State.Held(LockContent.parse(content));
    };
  }

  private Path file(StanzaName stanza, LockKind kind, int repositoryKey) {
    return lockPath.resolve(stanza.text() + "-" + kind.text() + "-" + repositoryKey + ".lock");
  }

  private Path fileWithoutRepository(StanzaName stanza, LockKind kind) {
    return lockPath.resolve(stanza.text() + "-" + kind.text() + ".lock");
  }
}

package dev.holdfast.engine.lock;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.posix.Flock;
import dev.holdfast.storage.posix.PosixStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files that keep verbs from running, for one stanza or for all (null). */
public final class StopFiles {
  private static final int FILE_MODE = 0640;
  private static final int PATH_MODE = 0770;

  private final Path lockPath;
  private final PosixStorage storage;

  /** The stop files in a directory, option {@code lock-path}. */
  public StopFiles(Path lockPath) {
    this.lockPath = lockPath;
    this.storage = new PosixStorage(lockPath, FILE_MODE, PATH_MODE);
  }

  /**
   * Lets a verb go on, or throws stop (62) when it must not run.
   *
   * @param stanza the verb's stanza; null when it has none
   */
  public void refuseWhenStopped(@Nullable StanzaName stanza) {
    if (stanza != null && exists(stanza)) {
      throw new HoldfastException(
          ErrorCode.STOP,
          "stop file exists for stanza " + stanza,
          "Run start for the stanza when the work that it was stopped for is done.");
    }
    if (exists(null)) {
      throw new HoldfastException(
          ErrorCode.STOP,
          "stop file exists for all stanzas",
          "Run start when the work that they were stopped for is done.");
    }
  }

  /** Whether the stop file of exactly this stanza, or of all (null), exists. */
  public boolean exists(@Nullable StanzaName stanza) {
    return storage.info(name(stanza)).isPresent();
  }

  /** Makes the stop file; whether it was not there. */
  public boolean create(@Nullable StanzaName stanza) {
    try (StorageOutput output = storage.writeExclusive(name(stanza))) {
      output.commit();
      return true;
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.FILE_EXISTS) {
        return false;
      }
      throw e;
    }
  }

  /** Removes the stop file; whether it was there. */
  public boolean remove(@Nullable StanzaName stanza) {
    boolean existed = exists(stanza);
    storage.remove(name(stanza));
    return existed;
  }

  /**
   * A lock file of a stanza, and its holder.
   *
   * @param file the lock file
   * @param holder what its live holder says; nothing when nobody holds it or nothing could be read
   */
  public record LockFile(Path file, Optional<LockContent> holder) {}

  /** All lock files of a stanza, or of all stanzas (null), for stopping those who hold them. */
  public List<LockFile> lockFiles(@Nullable StanzaName stanza) {
    List<LockFile> files = new ArrayList<>();
    for (StorageEntry entry : storage.list("")) {
      boolean concerned = stanza == null || entry.name().startsWith(stanza.text() + "-");
      if (entry.isFile() && concerned && entry.name().endsWith(".lock")) {
        Path file = lockPath.resolve(entry.name());
        files.add(new LockFile(file, holder(file)));
      }
    }
    return files;
  }

  private static Optional<LockContent> holder(Path file) {
    // A lock that we hold shared beside others needs more than a shared look, but every process
    // holds another one exclusively too.
    return Flock.holder(file) instanceof Flock.Holder.Alive alive
        ? LockContent.parse(alive.content())
        : Optional.empty();
  }

  private static String name(@Nullable StanzaName stanza) {
    return (stanza == null ? "all" : stanza.text()) + ".stop";
  }
}

package dev.holdfast.storage;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A tree of named bytes: a directory, a bucket, a server. Thread-safe.
 *
 * <p>Paths are relative to the store's root, parts joined by {@code /}, never empty, never with
 * {@code .} or {@code ..} parts; the root itself is the empty string where a directory is meant.
 * Anything else throws param-invalid (96).
 *
 * <p>Every method throws {@link dev.holdfast.domain.HoldfastException} and nothing else. An error
 * names the store and the path. A method that fails halfway leaves what it says; repeating a failed
 * call is always allowed.
 */
public interface Storage {

  /** What this store can do beyond the plain methods. */
  Set<StorageFeature> features();

  /** The name of the store for messages, for example {@code /var/lib/pgbackrest}; no secrets. */
  String name();

  /** What is known of a path, or nothing when there is no such thing. */
  Optional<StorageEntry> info(String path);

  /**
   * The entries directly below a directory, in byte order of their names; empty when the directory
   * is missing. Temporary names of writes in progress are not hidden.
   */
  List<StorageEntry> list(String path);

  /**
   * Those of the entries directly below a directory whose names begin with a prefix, in byte order.
   * A store that can look for the prefix itself is quicker than the whole list.
   */
  default List<StorageEntry> list(String path, String prefix) {
    return list(path).stream().filter(entry -> entry.name().startsWith(prefix)).toList();
  }

  /**
   * Opens a file from its beginning. The stream's {@code read} throws a {@code HoldfastException}
   * on failure (file-read, 42); a stream that ends early without an exception is a defect of the
   * driver.
   *
   * @throws dev.holdfast.domain.HoldfastException file-missing (55) when there is no such file
   */
  InputStream read(String path);

  /**
   * Opens {@code length} bytes of a file from {@code offset}. The stream ends after them; when the
   * file is shorter, reading past its end throws file-read (42).
   */
  InputStream read(String path, long offset, long length);

  /**
   * Begins to write a file; directories above it are made. See {@link StorageOutput}. A crash
   * leaves nothing or the whole file under the name, and at most one temporary name beside it that
   * begins with the file's own name and ends with {@code .hftmp}.
   */
  StorageOutput write(String path);

  /**
   * Like {@link #write}, but the commit throws file-exists (93) when the name exists by then, and
   * exactly one of several concurrent writers succeeds.
   */
  StorageOutput writeExclusive(String path);

  /**
   * Begins a batch of files that become durable together, where the driver gains from it; else each
   * is durable when it is committed.
   */
  default StorageBatch batch() {
    return new StorageBatch() {
      @Override
      public StorageOutput write(String path) {
        return Storage.this.write(path);
      }

      @Override
      public void sync() {}

      @Override
      public void close() {}
    };
  }

  /** Makes a directory and those above it; nothing happens when it exists. */
  void createPath(String path);

  /**
   * Removes a file or a link; nothing happens when it does not exist. Never removes a directory
   * (file-remove, 60, where the store has {@link StorageFeature#PATH}).
   */
  void remove(String path);

  /**
   * Removes a directory with everything below it; nothing happens when it does not exist. A crash
   * leaves any part of it.
   */
  void removeTree(String path);

  /**
   * Renames a file, replacing what was there. Atomic where the store has {@link
   * StorageFeature#PATH}; elsewhere a copy followed by a removal.
   */
  void move(String from, String to);

  /**
   * Makes the entries of a directory durable; nothing to do without {@link StorageFeature#PATH}.
   * Removals and hard links need it; everything else is durable by itself.
   */
  void syncPath(String path);

  /**
   * Points {@code link} at {@code target} (stored as it is given), replacing a link that was there.
   *
   * @throws dev.holdfast.domain.HoldfastException feature-not-supported (67) without {@link
   *     StorageFeature#SYMBOLIC_LINK}
   */
  void createLink(String link, String target);

  /**
   * Gives the existing file a second name.
   *
   * @throws dev.holdfast.domain.HoldfastException feature-not-supported (67) without {@link
   *     StorageFeature#HARD_LINK}
   */
  void createHardLink(String existing, String link);
}

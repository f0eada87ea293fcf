package dev.holdfast.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows of one name.
 *
 * @param name the last part of its path (in {@link Storage#list}) or the whole path asked for (in
 *     {@link Storage#info})
 * @param type what it is; links are not followed
 * @param size bytes; 0 for anything but a file
 * @param modified when its content last changed, in the store's resolution
 * @param linkTarget what a link points at, as it is stored; null for anything else
 */
public record StorageEntry(
    String name, Type type, long size, Instant modified, @Nullable String linkTarget) {
  /** What a name stands for. */
  public enum Type {
    /** Bytes. */
    FILE,
    /** Names below it. */
    PATH,
    /** Another name. */
    LINK,
    /** A socket, pipe or device: reported, never read. */
    SPECIAL
  }

  /** Whether it holds bytes. */
  public boolean isFile() {
    return type == Type.FILE;
  }

  /** Whether it holds names. */
  public boolean isPath() {
    return type == Type.PATH;
  }
}

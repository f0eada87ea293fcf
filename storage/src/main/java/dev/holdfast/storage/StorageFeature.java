package dev.holdfast.storage;

/** What drivers differ in; asked for by name, never guessed from a driver's class. */
public enum StorageFeature {
  /** Directories exist by themselves, have modes, and can be synced. */
  PATH,
  /** Two names can share one file. */
  HARD_LINK,
  /** A name can point at another (the {@code latest} link). */
  SYMBOLIC_LINK
}

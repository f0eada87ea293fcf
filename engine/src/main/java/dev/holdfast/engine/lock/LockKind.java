package dev.holdfast.engine.lock;

import java.util.Locale;

/** What a lock protects; the lower-case name is part of the file's name. */
public enum LockKind {
  /** Asynchronous pushing and fetching of WAL, through one spool. */
  ARCHIVE,
  /** Backups and their expiry. */
  BACKUP,
  /** Restoring into the stanza's data directory. */
  RESTORE;

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.holdfast.postgres.process;

import java.util.Locale;

/** How PostgreSQL is told to stop. */
public enum StopMode {
  /** Waits for the clients to leave. */
  SMART,
  /** Ends the clients' sessions, then stops in good order. */
  FAST,
  /** Stops at once; the next start recovers. */
  IMMEDIATE;

  String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}

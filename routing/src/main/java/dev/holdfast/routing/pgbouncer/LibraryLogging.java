package dev.holdfast.routing.pgbouncer;

import java.util.logging.Level;
import java.util.logging.Logger;

/** The driver's own log, which goes by the JDK's logging to standard error. */
final class LibraryLogging {
  /** Held here, since a logger that nobody holds forgets its level. */
  private static final Logger DRIVER = Logger.getLogger("org.postgresql.jdbc.PgConnection");

  private LibraryLogging() {}

  /** It warns of the console, which is no PostgreSQL of a version that it knows. */
  static void withoutWarnings() {
    DRIVER.setLevel(Level.SEVERE);
  }
}

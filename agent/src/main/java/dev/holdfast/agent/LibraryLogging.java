package dev.holdfast.agent;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The web server's own log, which goes by the JDK's logging to standard error. Its warnings are of
 * use; that it has started is said by the agent.
 */
final class LibraryLogging {
  /** Held here, since a logger that nobody holds forgets its level. */
  private static final Logger WEB_SERVER = Logger.getLogger("io.helidon");

  private LibraryLogging() {}

  static void onlyWarnings() {
    WEB_SERVER.setLevel(Level.WARNING);
  }
}

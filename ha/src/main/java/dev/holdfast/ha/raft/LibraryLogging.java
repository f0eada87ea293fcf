package dev.holdfast.ha.raft;

import java.util.logging.Level;
import java.util.logging.Logger;

/** The network library's own log, which goes by the JDK's logging to standard error. */
final class LibraryLogging {
  /** Held here, since a logger that nobody holds forgets its level. */
  private static final Logger NETWORK = Logger.getLogger("org.apache.ratis.thirdparty.io");

  private LibraryLogging() {}

  /** That another monitor is gone is seen by other means. */
  static void onlyErrors() {
    NETWORK.setLevel(Level.SEVERE);
  }
}

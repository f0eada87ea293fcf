package dev.holdfast.ha.keeper;

import java.nio.file.Path;

/**
 * What the operator wants of a Linux watchdog, in Patroni's words.
 *
 * @param mode whether it is used
 * @param device the watchdog's device
 */
public record WatchdogChoice(Mode mode, Path device) {
  /** Whether there has to be one. */
  public enum Mode {
    /** None is used. */
    OFF,
    /** One is used where there is one; where not, that is said. */
    AUTOMATIC,
    /** Without one the node does not begin to write under a lease. */
    REQUIRED
  }
}

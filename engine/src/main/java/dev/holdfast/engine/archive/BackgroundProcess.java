package dev.holdfast.engine.archive;

import java.util.List;

/**
 * Starts a verb's background role as a process of its own, which goes on when this one ends and
 * keeps none of its streams open.
 */
public interface BackgroundProcess {
  /** A process that was started. */
  interface Running {
    /** Whether it still works. */
    boolean isAlive();
  }

  /**
   * Starts it and returns at once.
   *
   * @param parameters what follows the options: the WAL directory for a push, segments for a get
   */
  Running start(List<String> parameters);
}

package dev.holdfast.ha.monitor;

import dev.holdfast.domain.HoldfastException;

/** Whether this monitor is the one that decides. */
interface Authority {
  /**
   * What it decides about.
   *
   * @throws HoldfastException a {@link NotDeciding} when another decides, or nobody
   */
  Clusters clusters();

  /**
   * Makes sure that nobody else decided at some time after this was called; so that what was found
   * out from these clusters before may be told.
   *
   * @throws HoldfastException a {@link NotDeciding} when that is not so, or cannot be made sure of
   */
  void confirm(Clusters clusters);
}

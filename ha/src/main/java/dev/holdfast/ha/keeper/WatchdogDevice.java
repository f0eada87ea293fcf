package dev.holdfast.ha.keeper;

/** What resets the machine when nobody feeds it in time. Open, it counts. */
interface WatchdogDevice {
  /**
   * Has it wait for so long.
   *
   * @return seconds for which it waits now; not every device can do what it is asked for
   * @throws dev.holdfast.domain.HoldfastException kernel (100)
   */
  int timeout(int seconds);

  /**
   * Begins its time anew.
   *
   * @throws dev.holdfast.domain.HoldfastException kernel (100)
   */
  void feed();

  /** Closes it, and has it count no more, where it can be told so. */
  void disarm();
}

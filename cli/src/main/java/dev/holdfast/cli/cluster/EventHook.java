package dev.holdfast.cli.cluster;

/** Somebody outside who wants to hear of events. */
interface EventHook {
  /** What the operator calls it: the program, or the address. */
  String name();

  /**
   * Tells it; may take a while.
   *
   * @param cluster the cluster's name
   * @param json the event as an object, UTF-8: {@code cluster}, {@code at}, {@code epoch}, {@code
   *     revision}, {@code text}
   * @throws dev.holdfast.domain.HoldfastException when it did not take it
   */
  void tell(String cluster, byte[] json);
}

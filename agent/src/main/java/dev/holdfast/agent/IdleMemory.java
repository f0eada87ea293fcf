package dev.holdfast.agent;

/**
 * Gives memory back once the agent has had nothing to do for a while. The collector that the agent
 * runs with returns memory to the host only after a full collection, which an idle process never
 * comes to by itself.
 */
final class IdleMemory {
  /** Looks without work before the collection: a pause between two segments is no rest. */
  private static final int LOOKS = 10;

  private final Runnable collection;
  private int idleLooks = LOOKS;

  IdleMemory() {
    this(System::gc);
  }

  /** Collects in this way. */
  IdleMemory(Runnable collection) {
    this.collection = collection;
  }

  /** Told at each look whether there is work. Collects once for each time of rest. */
  void look(boolean working) {
    if (working) {
      idleLooks = 0;
    } else if (idleLooks < LOOKS && ++idleLooks == LOOKS) {
      collection.run();
    }
  }
}

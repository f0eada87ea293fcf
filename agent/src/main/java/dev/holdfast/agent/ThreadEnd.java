package dev.holdfast.agent;

/** Waits for a thread to end, whatever interrupts the waiting. */
final class ThreadEnd {
  private ThreadEnd() {}

  /** Interrupts it and waits; an interruption of the caller is kept. */
  static void of(Thread thread) {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.holdfast.engine.work;

/** Waits for a thread to end, whatever interrupts the waiting. */
public final class ThreadEnd {
  private ThreadEnd() {}

  /** Waits until the thread has ended; an interruption of the caller is kept. */
  public static void await(Thread thread) {
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

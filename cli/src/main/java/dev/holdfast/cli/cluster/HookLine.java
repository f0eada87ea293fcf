package dev.holdfast.cli.cluster;

import dev.holdfast.domain.HoldfastException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Carries events to one hook, one after the other in their order, on a thread of its own: a hook
 * that hangs or fails delays nothing but the events behind. Each is tried some times; of a thousand
 * that wait the oldest is given up for a new one. What waits when the monitor ends is lost.
 */
final class HookLine implements AutoCloseable {
  private static final int WAITING = 1000;
  private static final int ATTEMPTS = 5;

  private final EventHook hook;
  private final Duration firstPause;
  private final Consumer<String> log;
  private final LinkedBlockingQueue<Told> waiting = new LinkedBlockingQueue<>(WAITING);
  private final Thread thread;

  private record Told(String cluster, byte[] json) {}

  /**
   * Begins to carry.
   *
   * @param firstPause after the first failure; twice as long after each further one
   * @param log gets a line for each event that was given up
   */
  HookLine(EventHook hook, Duration firstPause, Consumer<String> log) {
    this.hook = hook;
    this.firstPause = firstPause;
    this.log = log;
    this.thread = Thread.ofVirtual().name("event hook").start(this::carry);
  }

  /** Never waits. */
  void tell(String cluster, byte[] json) {
    Told told = new Told(cluster, json);
    while (!waiting.offer(told)) {
      if (waiting.poll() != null) {
        log.accept("the event hook " + hook.name() + " is too slow: an event is not told");
      }
    }
  }

  private void carry() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        carry(waiting.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void carry(Told told) throws InterruptedException {
    Duration pause = firstPause;
    for (int attempt = 1; ; attempt++) {
      try {
        hook.tell(told.cluster(), told.json());
        return;
      } catch (HoldfastException e) {
        if (attempt == ATTEMPTS) {
          log.accept(e.getMessage() + "; the event is given up after " + ATTEMPTS + " attempts");
          return;
        }
      }
      Thread.sleep(pause);
      pause = pause.multipliedBy(2);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}

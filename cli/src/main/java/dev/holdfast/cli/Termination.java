package dev.holdfast.cli;

import dev.holdfast.domain.ErrorCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What happens on SIGTERM, SIGINT and SIGHUP: the verb is interrupted, gets a bounded time to put
 * things in order, and the process exits with its code: 63 as pgBackRest's does, or 0 where a
 * signal is the proper end, as for a daemon. What it has not put in order by then is what a kill
 * would have left, and the next run can live with that.
 */
final class Termination {
  private static final long GRACE_SECONDS = 10;

  private final Thread verb;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean requested;
  private volatile int exitCode = ErrorCode.TERM.number();

  private Termination(Thread verb) {
    this.verb = verb;
  }

  /** Watches over the calling thread from now on. */
  static Termination watch() {
    Termination termination = new Termination(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(new Thread(termination::onShutdown, "termination"));
    return termination;
  }

  /** Whether the process was asked to end. */
  boolean requested() {
    return requested;
  }

  /** Says that the verb has ended and its error, if any, is printed. */
  void ended(int code) {
    exitCode = code;
    ended.countDown();
  }

  /** Runs on every exit; one that we began ourselves finds the verb ended. */
  private void onShutdown() {
    if (ended.getCount() == 0) {
      return;
    }
    requested = true;
    verb.interrupt();
    try {
      if (!ended.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ERROR: [063]: terminated by a signal while still at work");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // The virtual machine's own code for a signal is 128 and more, which PostgreSQL takes for a
    // crash of archive_command or restore_command.
    Runtime.getRuntime().halt(exitCode);
  }
}

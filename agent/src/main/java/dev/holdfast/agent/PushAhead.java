package dev.holdfast.agent;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Looks at {@code archive_status} when the kernel says that something changed there, and once a
 * second whether it does or not, so that a lost event costs a second and no more. When nothing is
 * left to do for a while, memory is given back.
 */
final class PushAhead implements Runnable {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final WalRequests requests;
  private final Reporter reporter;
  private final IdleMemory memory = new IdleMemory();
  private String lastProblem = "";

  PushAhead(WalRequests requests, Reporter reporter) {
    this.requests = requests;
    this.reporter = reporter;
  }

  /** Runs until the thread is interrupted. */
  @Override
  public void run() {
    try (ReadyWatch watch = ReadyWatch.open(reporter)) {
      while (!Thread.currentThread().isInterrupted()) {
        look();
        memory.look(requests.isWorking());
        watch.await(this::statusDirectory, LOOK_AGAIN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing while the configuration does not say where it is. */
  private Optional<Path> statusDirectory() {
    try {
      return Optional.of(requests.walDirectory().resolve("archive_status"));
    } catch (HoldfastException e) {
      return Optional.empty();
    }
  }

  private void look() {
    try {
      requests.pushAhead();
      lastProblem = "";
    } catch (HoldfastException e) {
      // Said once: the next second would say the same.
      if (!e.describe().equals(lastProblem)) {
        lastProblem = e.describe();
        reporter.warn("cannot push WAL ahead: " + lastProblem);
      }
    }
  }
}

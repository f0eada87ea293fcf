package dev.holdfast.ha.keeper;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Wakes the keeper when the postmaster or the WAL receiver has ended: neither is a child of the
 * keeper, so the kernel does not tell. The end of a stream is how a standby learns of the primary's
 * death within milliseconds.
 */
final class ProcessWatch implements AutoCloseable {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  private final Runnable wake;
  private volatile OptionalLong postmaster = OptionalLong.empty();
  private volatile OptionalLong receiver = OptionalLong.empty();
  private volatile boolean closed;

  ProcessWatch(Runnable wake) {
    this.wake = wake;
  }

  void start() {
    Thread.ofPlatform().daemon().name("process-watch").start(this::watch);
  }

  /** Watches the processes that were seen last. */
  void expect(Sight sight) {
    postmaster = sight.postmaster();
    receiver = sight.receiver();
  }

  private void watch() {
    while (!closed) {
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      boolean ended =
          Stream.of(postmaster, receiver)
              .anyMatch(pid ->
                  pid.isPresent()
                      && !Files.exists(Path.of("/proc", Long.toString(pid.getAsLong()))));
      if (ended) {
        postmaster = OptionalLong.empty();
        receiver = OptionalLong.empty();
        wake.run();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}

package dev.holdfast.engine.backup;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Looks once a second how far the copying is: tells the lock file, so that others can see it, and
 * saves the unfinished manifest now and then, so that a crash costs no more than that much copying.
 */
public final class CopyWatch implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** Told how far the copying is. */
  public interface Progress {
    /** Nobody wants to know. */
    Progress NONE = (total, done) -> {};

    /** So many bytes of so many are dealt with. */
    void report(long totalBytes, long doneBytes);
  }

  private final CopyReport report;
  private final long saveThreshold;
  private final Progress progress;
  private final Runnable save;
  private final Thread thread;
  private volatile @Nullable RuntimeException failure;

  private CopyWatch(CopyReport report, long saveThreshold, Progress progress, Runnable save) {
    this.report = report;
    this.saveThreshold = saveThreshold;
    this.progress = progress;
    this.save = save;
    this.thread = Thread.ofPlatform().name("backup-watch").daemon().unstarted(this::watch);
  }

  /**
   * Begins to look.
   *
   * @param saveThreshold bytes between two saves
   */
  static CopyWatch start(CopyReport report, long saveThreshold, Progress progress, Runnable save) {
    CopyWatch watch = new CopyWatch(report, saveThreshold, progress, save);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    long saved = 0;
    try {
      while (true) {
        Thread.sleep(INTERVAL);
        long done = report.doneBytes();
        progress.report(report.totalBytes(), done);
        if (done - saved >= saveThreshold) {
          save.run();
          saved = done;
        }
      }
    } catch (InterruptedException e) {
      // The copying has ended.
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  /** Ends the looking, and throws what went wrong with it. */
  void rethrow() {
    close();
    RuntimeException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
  }

  @Override
  public void close() {
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

package dev.holdfast.engine.backup;

import dev.holdfast.engine.work.ThreadEnd;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks once a second how far the copying is: tells the lock file, so that others can see it, looks
 * whether the cluster is still there, and saves the unfinished manifest now and then, so that a
 * crash costs no more than that much copying.
 */
public final class CopyWatch implements AutoCloseable {
  private static final long INTERVAL_SECONDS = 1;

  /** More often than this part of the whole, a large manifest would be written all the time. */
  private static final long LEAST_PART = 100;

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
  private final Runnable ping;

  /** Ends the looking. An interrupt would break a write or a query that is under way. */
  private final CountDownLatch ended = new CountDownLatch(1);

  private final Thread thread;
  private volatile @Nullable RuntimeException failure;

  private CopyWatch(
      CopyReport report, long saveThreshold, Progress progress, Runnable save, Runnable ping) {
    this.report = report;
    this.saveThreshold = Math.max(saveThreshold, report.totalBytes() / LEAST_PART);
    this.progress = progress;
    this.save = save;
    this.ping = ping;
    this.thread = Thread.ofPlatform().name("backup-watch").daemon().unstarted(this::watch);
  }

  /**
   * Begins to look.
   *
   * @param saveThreshold bytes between two saves, at least
   * @param save saves the unfinished manifest
   * @param ping throws when the cluster can no longer be backed up
   */
  static CopyWatch start(
      CopyReport report, long saveThreshold, Progress progress, Runnable save, Runnable ping) {
    CopyWatch watch = new CopyWatch(report, saveThreshold, progress, save, ping);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    long saved = 0;
    try {
      while (!ended.await(INTERVAL_SECONDS, TimeUnit.SECONDS)) {
        long done = report.doneBytes();
        progress.report(report.totalBytes(), done);
        if (done - saved >= saveThreshold) {
          save.run();
          saved = done;
        }
        ping.run();
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; the copying would go on unwatched.
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  /** Throws what went wrong with the looking, so that nobody copies in vain. */
  void check() {
    RuntimeException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
  }

  /** Ends the looking, after what is under way. */
  @Override
  public void close() {
    ended.countDown();
    ThreadEnd.await(thread);
  }
}

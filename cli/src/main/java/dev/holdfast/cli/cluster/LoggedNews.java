package dev.holdfast.cli.cluster;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.ha.monitor.MonitorNews;
import dev.holdfast.ha.wire.Event;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * News as lines of the log, written by a thread of their own: a terminal that is stopped, or a full
 * disk under the log, must not keep the monitor from deciding. The oldest lines are lost then.
 */
final class LoggedNews implements MonitorNews, AutoCloseable {
  private static final int WAITING = 10_000;
  private static final long LAST_LINES_MILLIS = 1000;

  private final Reporter reporter;
  private final ThreadPoolExecutor writer =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(WAITING),
          Thread.ofPlatform().daemon().name("monitor log").factory(),
          new ThreadPoolExecutor.DiscardOldestPolicy());

  LoggedNews(Reporter reporter) {
    this.reporter = reporter;
  }

  @Override
  public void happened(String cluster, Event event) {
    String line = "cluster '" + cluster + "', epoch " + event.epoch() + ": " + event.text();
    writer.execute(() -> reporter.info(line));
  }

  @Override
  public void troubled(String cluster, HoldfastException error) {
    String line = "cluster '" + cluster + "': " + error.describe();
    writer.execute(() -> reporter.warn(line));
  }

  @Override
  public void recovered(String cluster) {
    writer.execute(() -> reporter.warn("cluster '" + cluster + "': what was wrong is over"));
  }

  /** Something that is no cluster's is wrong, or will be. */
  void warned(String line) {
    writer.execute(() -> reporter.warn(line));
  }

  @Override
  public void said(String text) {
    writer.execute(() -> reporter.info(text));
  }

  /** Writes what waits, within a second. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(LAST_LINES_MILLIS, TimeUnit.MILLISECONDS)) {
        writer.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

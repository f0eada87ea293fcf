package dev.holdfast.cli;

import dev.holdfast.engine.Reporter;
import dev.holdfast.storage.remote.BackupServer;
import java.util.concurrent.TimeUnit;

/** Says on the backup server what a verb says that runs for it on a database host. */
final class RelayReporter implements Reporter {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final BackupServer server;
  private final LogLevels levels;
  private long nextProgressNanos = System.nanoTime();

  /** Lines of these levels, and progress a few times in a second. */
  RelayReporter(BackupServer server, LogLevels levels) {
    this.server = server;
    this.levels = levels;
  }

  @Override
  public boolean shows(Level level) {
    return levels.shows(level.ordinal());
  }

  @Override
  public void log(Level level, int worker, String message) {
    if (shows(level)) {
      server.log(level.name(), worker, message);
    }
  }

  @Override
  public synchronized void progress(Progress progress) {
    long now = System.nanoTime();
    if (now - nextProgressNanos >= 0) {
      nextProgressNanos = now + INTERVAL_NANOS;
      server.progress(progress.activity(), progress.doneBytes(), progress.totalBytes());
    }
  }
}

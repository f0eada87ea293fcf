package dev.holdfast.cli;

import dev.holdfast.engine.Reporter;
import java.io.PrintStream;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shows what a verb says on standard output, standard error and in its log file, each up to its own
 * level, and its progress: on a terminal as one line of standard error that is written again and
 * again, elsewhere as a line of the log now and then.
 */
final class ConsoleReporter implements Reporter {
  private static final long TERMINAL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final String ERASE_LINE = "\r\u001b[K";

  private final Clock clock;
  private final LogLevels levels;
  private final PrintStream console;
  private final PrintStream err;
  private final boolean terminal;
  private final boolean timestamp;
  private final String prefix;
  private final @Nullable LogFile file;
  private final ProgressLine progressLine = new ProgressLine();
  private long nextProgressNanos;
  private boolean progressShown;
  private boolean fileProblemTold;

  /**
   * A reporter.
   *
   * @param console where lines of the console go: standard output, or standard error where the
   *     verb's result takes standard output
   * @param terminal whether standard error is a terminal
   * @param prefix before each message: what a dry run says of itself, or nothing
   */
  ConsoleReporter(
      Surroundings surroundings,
      LogLevels levels,
      PrintStream console,
      boolean terminal,
      boolean timestamp,
      String prefix,
      @Nullable LogFile file) {
    this.clock = surroundings.clock();
    this.levels = levels;
    this.console = console;
    this.err = surroundings.err();
    this.terminal = terminal;
    this.timestamp = timestamp;
    this.prefix = prefix;
    this.file = file;
    this.nextProgressNanos = System.nanoTime() + (terminal ? 0 : LOG_INTERVAL_NANOS);
  }

  @Override
  public boolean shows(Level level) {
    return levels.shows(level.ordinal());
  }

  @Override
  public void log(Level level, int worker, String message) {
    if (shows(level)) {
      write(level.ordinal(), worker, level.name(), message);
    }
  }

  /**
   * Says an error: always on standard error, so that it is not lost whatever the levels are, and in
   * the log file. On standard error hints begin their lines.
   */
  synchronized void error(String description) {
    eraseProgress();
    console.flush();
    err.print("ERROR: " + description + "\n");
    err.flush();
    if (levels.file() >= LogLevels.ERROR) {
      toFile(0, "ERROR", description);
    }
  }

  @Override
  public synchronized void progress(Progress step) {
    long now = System.nanoTime();
    if (now < nextProgressNanos && !(terminal && finished(step))) {
      return;
    }
    if (terminal) {
      nextProgressNanos = now + TERMINAL_INTERVAL_NANOS;
      err.print(ERASE_LINE + progressLine.text(step, now));
      err.flush();
      progressShown = true;
    } else {
      nextProgressNanos = now + LOG_INTERVAL_NANOS;
      String text = progressLine.text(step, now);
      log(Level.INFO, 0, "progress: " + text);
    }
  }

  /** Takes the line of progress away and hands everything out. */
  synchronized void close() {
    eraseProgress();
    console.flush();
    err.flush();
  }

  private static boolean finished(Progress step) {
    return step.totalBytes() > 0 && step.doneBytes() >= step.totalBytes();
  }

  private synchronized void write(int level, int worker, String name, String message) {
    String text = prefix + message;
    if (level <= levels.stderr()) {
      eraseProgress();
      err.print(LogLine.brief(name, text));
      err.flush();
    } else if (level <= levels.console()) {
      eraseProgress();
      console.print(line(worker, name, text));
      console.flush();
    }
    if (level <= levels.file()) {
      toFile(worker, name, text);
    }
  }

  private void toFile(int worker, String name, String text) {
    if (file == null) {
      return;
    }
    file.append(line(worker, name, text));
    String problem = file.problem();
    if (problem != null && !fileProblemTold) {
      fileProblemTold = true;
      write(
          Level.WARN.ordinal(),
          0,
          "WARN",
          problem + "\nNOTE: process will continue without log file.");
    }
  }

  private String line(int worker, String name, String text) {
    return LogLine.full(clock.instant(), clock.getZone(), timestamp, worker, name, text);
  }

  private void eraseProgress() {
    if (progressShown) {
      err.print(ERASE_LINE);
      err.flush();
      progressShown = false;
    }
  }
}

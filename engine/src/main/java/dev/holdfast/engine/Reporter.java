package dev.holdfast.engine;

/**
 * Where a verb says what it does while it does it: lines for a log, and progress for whoever
 * watches. Errors are not reported here, they are thrown.
 *
 * <p>Thread-safe: workers report from their own threads. Nothing said here may contain a secret. A
 * reporter never throws because of the place it writes to.
 */
public interface Reporter {

  /** Says nothing to nobody. */
  Reporter SILENT =
      new Reporter() {
        @Override
        public void log(Level level, int worker, String message) {}

        @Override
        public void progress(Progress progress) {}
      };

  /** How much a line matters, in falling order; the names are those of the log options. */
  enum Level {
    /** Something to look at, though the verb goes on. */
    WARN,
    /** What the verb does, a few lines for each run. */
    INFO,
    /** One line for each file or segment. */
    DETAIL,
    /** What helps to understand a failure. */
    DEBUG,
    /** Everything. */
    TRACE
  }

  /**
   * How far a verb has come with one of its activities.
   *
   * @param activity what is being done, a noun for a person: {@code backup}, {@code restore}
   * @param doneBytes bytes dealt with up to now, never falling within one activity
   * @param totalBytes bytes there are to deal with; 0 while nobody knows
   */
  record Progress(String activity, long doneBytes, long totalBytes) {
    /** Checks that the counts are not negative. */
    public Progress {
      if (doneBytes < 0 || totalBytes < 0) {
        throw new IllegalArgumentException(
            "progress of " + activity + " is negative: " + doneBytes + " of " + totalBytes);
      }
    }

    /** The part that is done, from 0 to 1; 0 while the total is not known. */
    public double fraction() {
      return totalBytes == 0 ? 0 : Math.min(1.0, (double) doneBytes / totalBytes);
    }
  }

  /**
   * Says a line.
   *
   * @param worker 0 for the verb itself, 1 and up for its workers; shown as {@code P00}, {@code
   *     P01}
   * @param message may have several lines, separated by line feeds; the log indents the later ones
   */
  void log(Level level, int worker, String message);

  /**
   * Says how far an activity has come. May be called as often as it is convenient (for every buffer
   * of every worker): a reporter thins out what it shows.
   */
  void progress(Progress progress);

  /** Whether a line of this level would be shown anywhere; asked before building costly lines. */
  default boolean shows(Level level) {
    return true;
  }

  /** Says a line of the verb itself. */
  default void log(Level level, String message) {
    log(level, 0, message);
  }

  /** Says something to look at. */
  default void warn(String message) {
    log(Level.WARN, 0, message);
  }

  /** Says what the verb does. */
  default void info(String message) {
    log(Level.INFO, 0, message);
  }

  /** Says what was done with one file or segment. */
  default void detail(String message) {
    log(Level.DETAIL, 0, message);
  }

  /** Says what helps to understand a failure. */
  default void debug(String message) {
    log(Level.DEBUG, 0, message);
  }
}

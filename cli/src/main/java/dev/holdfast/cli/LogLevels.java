package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.engine.Reporter.Level;

/**
 * Up to which level each place shows lines; {@link #OFF} shows nothing, {@link #ERROR} only errors.
 *
 * @param console standard output
 * @param stderr standard error; a line shown there is not shown on standard output as well
 * @param file the log file
 */
record LogLevels(int console, int stderr, int file) {
  static final int OFF = -2;
  static final int ERROR = -1;

  /** What the options say. */
  static LogLevels of(Options options) {
    return new LogLevels(
        option(options, "log-level-console"),
        option(options, "log-level-stderr"),
        options.verb().logFile() || DetachedProcess.isBackground(options)
            ? option(options, "log-level-file")
            : OFF);
  }

  /** Whether any place shows lines of a level. */
  boolean shows(int level) {
    return level <= console || level <= stderr || level <= file;
  }

  private static int option(Options options, String name) {
    return options.knows(name) ? level(options.string(name)) : OFF;
  }

  private static int level(String text) {
    return switch (text) {
      case "off" -> OFF;
      case "error" -> ERROR;
      case "warn" -> Level.WARN.ordinal();
      case "info" -> Level.INFO.ordinal();
      case "detail" -> Level.DETAIL.ordinal();
      case "debug" -> Level.DEBUG.ordinal();
      default -> Level.TRACE.ordinal();
    };
  }
}

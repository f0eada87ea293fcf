package dev.holdfast.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/**
 * How a line of the log looks, which scripts read:
 *
 * <pre>2026-11-21 04:33:55.123 P00   INFO: backup command begin 0.1.0: --stanza=main</pre>
 *
 * <p>The time is local and can be left out; {@code P00} is the verb, {@code P01} and up are its
 * workers; the level is right-aligned; later lines of a message are indented to where the first
 * begins. The layout is pgBackRest's. Built without formatters, whose first use in a fresh virtual
 * machine takes longer than most verbs.
 */
final class LogLine {
  private static final int LEVEL_WIDTH = 6;

  private LogLine() {}

  /** A line for standard output or a file, with its line feed. */
  static String full(
      Instant time, ZoneId zone, boolean timestamp, int worker, String level, String message) {
    StringBuilder line = new StringBuilder(message.length() + 48);
    if (timestamp) {
      appendTime(line, time.atZone(zone));
      line.append(' ');
    }
    line.append('P');
    appendPadded(line, worker, 2);
    line.append(' ');
    for (int i = level.length(); i < LEVEL_WIDTH; i++) {
      line.append(' ');
    }
    line.append(level).append(": ");
    appendIndented(line, message);
    return line.toString();
  }

  /** A line for standard error, which begins with the level; with its line feed. */
  static String brief(String level, String message) {
    StringBuilder line = new StringBuilder(message.length() + 16);
    line.append(level).append(": ");
    appendIndented(line, message);
    return line.toString();
  }

  private static void appendIndented(StringBuilder line, String message) {
    int indent = line.length();
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      line.append(c);
      if (c == '\n') {
        line.repeat(' ', indent);
      }
    }
    line.append('\n');
  }

  private static void appendTime(StringBuilder line, ZonedDateTime time) {
    appendPadded(line, time.getYear(), 4);
    appendPadded(line.append('-'), time.getMonthValue(), 2);
    appendPadded(line.append('-'), time.getDayOfMonth(), 2);
    appendPadded(line.append(' '), time.getHour(), 2);
    appendPadded(line.append(':'), time.getMinute(), 2);
    appendPadded(line.append(':'), time.getSecond(), 2);
    appendPadded(line.append('.'), time.getNano() / 1_000_000, 3);
  }

  private static void appendPadded(StringBuilder line, int number, int digits) {
    String text = Integer.toString(number);
    for (int i = text.length(); i < digits; i++) {
      line.append('0');
    }
    line.append(text);
  }
}

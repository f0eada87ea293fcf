package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;

/**
 * Reads the dialect of configuration files.
 *
 * <p>A line is blank, a comment ({@code #} first), a section in brackets, or {@code key=value}.
 * White space around lines, keys and values is not significant. There are no quotes, no escapes, no
 * continued lines, and no comments behind a value: everything after the first {@code =} is the
 * value. (pgBackRest {@code src/common/ini.c}, in its loose mode.)
 *
 * <p>Messages name the file and the line but never repeat it, since it may hold a passphrase.
 */
final class IniText {
  private IniText() {}

  /** Takes what was read, in the order of the file. */
  interface Handler {
    /** A section begins; it may have begun before. */
    default void section(int line, String section) {}

    /** An entry of a section; the value may be empty. */
    void entry(int line, String section, String key, String value);
  }

  /**
   * Reads all of a file.
   *
   * @param place the file's name, for messages
   * @throws HoldfastException FORMAT with the file and line that break the dialect
   */
  static void read(String place, String text, Handler handler) {
    String section = "";
    int line = 0;
    int from = 0;
    while (from < text.length()) {
      int newline = text.indexOf('\n', from);
      int next = newline < 0 ? text.length() : newline;
      int begin = from;
      int end = next;
      from = next + 1;
      line++;
      while (begin < end && blank(text.charAt(begin))) {
        begin++;
      }
      while (end > begin && blank(text.charAt(end - 1))) {
        end--;
      }
      if (begin == end || text.charAt(begin) == '#') {
        continue;
      }
      if (text.charAt(begin) == '[') {
        section = section(place, line, text, begin, end);
        handler.section(line, section);
        continue;
      }
      int equals = text.indexOf('=', begin);
      if (equals < 0 || equals >= end) {
        throw broken(place, line, "has no '='", "Options are written as option=value.");
      }
      if (section.isEmpty()) {
        throw broken(
            place, line, "stands before the first section", "Begin with a line such as [global].");
      }
      int keyEnd = equals;
      while (keyEnd > begin && blank(text.charAt(keyEnd - 1))) {
        keyEnd--;
      }
      if (keyEnd == begin) {
        throw broken(place, line, "has nothing before the '='");
      }
      int valueBegin = equals + 1;
      while (valueBegin < end && blank(text.charAt(valueBegin))) {
        valueBegin++;
      }
      handler.entry(line, section, text.substring(begin, keyEnd), text.substring(valueBegin, end));
    }
  }

  private static String section(String place, int line, String text, int begin, int end) {
    if (text.charAt(end - 1) != ']') {
      throw broken(place, line, "begins a section but does not end with ']'");
    }
    if (end - begin == 2) {
      throw broken(place, line, "names no section");
    }
    return text.substring(begin + 1, end - 1);
  }

  private static boolean blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
  }

  private static HoldfastException broken(String place, int line, String what, String... hints) {
    return new HoldfastException(
        ErrorCode.FORMAT, place + ":" + line + ": the line " + what, hints);
  }
}

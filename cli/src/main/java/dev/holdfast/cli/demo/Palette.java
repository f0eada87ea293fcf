package dev.holdfast.cli.demo;

import java.util.Locale;
import java.util.Map;

/**
 * What a terminal can show: colours, unless it is none or {@code NO_COLOR} is set, and line drawing
 * where the locale's characters are UTF-8.
 *
 * @param colour whether to colour
 * @param unicode whether to draw with more than ASCII
 */
record Palette(boolean colour, boolean unicode) {

  /** What the environment says of the terminal that results go to. */
  static Palette of(Map<String, String> environment, boolean terminal) {
    boolean colour =
        terminal
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Palette(colour, isUtf8(environment));
  }

  private static boolean isUtf8(Map<String, String> environment) {
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      String value = environment.getOrDefault(name, "").toLowerCase(Locale.ROOT);
      if (!value.isEmpty()) {
        return value.contains("utf-8") || value.contains("utf8");
      }
    }
    return false;
  }

  String bold(String text) {
    return paint("1", text);
  }

  String faint(String text) {
    return paint("2", text);
  }

  String good(String text) {
    return paint("32", text);
  }

  String bad(String text) {
    return paint("31", text);
  }

  String accent(String text) {
    return paint("36", text);
  }

  /** The first where more than ASCII can be shown, the second elsewhere. */
  String either(String unicodeText, String asciiText) {
    return unicode ? unicodeText : asciiText;
  }

  private String paint(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}

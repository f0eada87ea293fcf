package dev.holdfast.config;

import java.util.ArrayList;
import java.util.List;

/** Breaks text into lines of a given width, at spaces. */
final class TextColumns {
  private TextColumns() {}

  /** The lines of a text; a word longer than the width gets a line of its own. */
  static List<String> lines(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : OptionDefinition.words(text)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }

  /** A paragraph with a line feed at the end of each line. */
  static String paragraph(String text, int width) {
    StringBuilder paragraph = new StringBuilder();
    for (String line : lines(text, width)) {
      paragraph.append(line).append('\n');
    }
    return paragraph.toString();
  }

  /** A name on the left, and behind it, or below if the name is long, its text in a column. */
  static String entry(String name, int nameWidth, String text, int width) {
    StringBuilder entry = new StringBuilder("  ").append(name);
    int column = nameWidth + 4;
    for (String line : lines(text, Math.max(20, width - column))) {
      if (entry.length() - entry.lastIndexOf("\n") - 1 > column - 2) {
        entry.append('\n');
      }
      int begun = entry.length() - entry.lastIndexOf("\n") - 1;
      entry.repeat(' ', column - begun).append(line).append('\n');
    }
    return entry.charAt(entry.length() - 1) == '\n' ? entry.toString() : entry + "\n";
  }
}

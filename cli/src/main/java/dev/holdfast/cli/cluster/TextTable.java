package dev.holdfast.cli.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * A table for a terminal, as psql prints it.
 *
 * @param headings one for each column
 * @param rows as many cells as headings each
 */
public record TextTable(List<String> headings, List<List<String>> rows) {
  /** Lines that each end with a line feed. */
  @Override
  public String toString() {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < headings.size(); column++) {
      int width = headings.get(column).length();
      for (List<String> row : rows) {
        width = Math.max(width, row.get(column).length());
      }
      widths.add(width);
    }
    StringBuilder text = new StringBuilder(line(headings, widths));
    List<String> rules = widths.stream().map(width -> "-".repeat(width + 2)).toList();
    text.append(String.join("+", rules)).append('\n');
    rows.forEach(row -> text.append(line(row, widths)));
    return text.toString();
  }

  private static String line(List<String> cells, List<Integer> widths) {
    List<String> padded = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      padded.add(" " + cells.get(i) + " ".repeat(widths.get(i) - cells.get(i).length() + 1));
    }
    return String.join("|", padded).stripTrailing() + "\n";
  }
}

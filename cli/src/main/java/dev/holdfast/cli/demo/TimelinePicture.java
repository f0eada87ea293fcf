package dev.holdfast.cli.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * Draws what happened: the shop's line with its backups, the moment to go back to and the accident,
 * and the recovered cluster's line, which leaves it at that moment.
 *
 * <pre>
 *   full         incremental    moment  DROP TABLE
 *    ●━━━━━━━━━━━━━●━━━━━━━━━━━━━━━◆━━━━━━━━✖━━━━━━━▶ shop: no orders
 *    └┄┄┄┄┄┄┄┄┄┄┄┄┄┴┄┄┄┄┄ WAL ┄┄┄┄┄┴━━━━━━━━━━━━━━━━▶ recovered: 215,000 orders
 * </pre>
 */
record TimelinePicture(Palette palette, String shopNow, String recoveredNow) {
  private static final int FULL = 4;
  private static final int INCREMENTAL = 18;
  private static final int MOMENT = 34;
  private static final int ACCIDENT = 43;
  private static final int END = 51;

  /** The lines, none wider than 80 columns. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(labels());
    lines.add(shop());
    lines.add(branch());
    return lines;
  }

  private String labels() {
    StringBuilder line = new StringBuilder();
    put(line, FULL - 1, "full");
    put(line, INCREMENTAL - 2, "incremental");
    put(line, MOMENT - 3, "moment");
    put(line, ACCIDENT - 4, "DROP TABLE");
    return palette.faint(line.toString());
  }

  private String shop() {
    String bar = palette.either("━", "=");
    String dot = palette.good(palette.either("●", "o"));
    return " ".repeat(FULL)
        + dot
        + bar.repeat(INCREMENTAL - FULL - 1)
        + dot
        + bar.repeat(MOMENT - INCREMENTAL - 1)
        + palette.accent(palette.either("◆", "#"))
        + bar.repeat(ACCIDENT - MOMENT - 1)
        + palette.bad(palette.either("✖", "X"))
        + bar.repeat(END - ACCIDENT - 1)
        + palette.either("▶", ">")
        + " "
        + palette.bad(shopNow);
  }

  private String branch() {
    String dots = palette.either("┄", ".");
    String wal = " WAL ";
    int gap = MOMENT - INCREMENTAL - 1 - wal.length();
    return " ".repeat(FULL)
        + palette.faint(
            palette.either("└", "`")
                + dots.repeat(INCREMENTAL - FULL - 1)
                + palette.either("┴", "+")
                + dots.repeat(gap / 2)
                + wal
                + dots.repeat(gap - gap / 2))
        + palette.accent(palette.either("┴", "+"))
        + palette.either("━", "=").repeat(END - MOMENT - 1)
        + palette.either("▶", ">")
        + " "
        + palette.good(recoveredNow);
  }

  private static void put(StringBuilder line, int column, String text) {
    line.append(" ".repeat(Math.max(0, column - line.length()))).append(text);
  }
}

package dev.holdfast.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ancestry of a timeline, as PostgreSQL writes it into {@code NNNNNNNN.history}: one line a
 * parent, oldest first: timeline id, the LSN at which it was left, and a reason.
 *
 * @param timeline the timeline that the file belongs to
 * @param ancestors its ancestors, oldest first
 */
public record TimelineHistory(Timeline timeline, List<Ancestor> ancestors) {

  /**
   * An ancestor and where it was left.
   *
   * @param timeline the ancestor
   * @param switchPoint the first LSN that no longer belongs to it
   */
  public record Ancestor(Timeline timeline, Lsn switchPoint) {}

  /** Copies the list and checks that the ancestors ascend. */
  public TimelineHistory {
    ancestors = List.copyOf(ancestors);
    long last = 0;
    for (Ancestor ancestor : ancestors) {
      if (ancestor.timeline().number() <= last
          || ancestor.timeline().number() >= timeline.number()) {
        throw new HoldfastException(
            ErrorCode.FORMAT,
            "history of timeline "
                + timeline
                + " names ancestor "
                + ancestor.timeline()
                + " out of order");
      }
      last = ancestor.timeline().number();
    }
  }

  /**
   * Parses a history file's text; empty lines and lines that begin with {@code #} are passed over,
   * as PostgreSQL does.
   */
  public static TimelineHistory parse(Timeline timeline, String text) {
    List<Ancestor> ancestors = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String trimmed = line.strip();
      if (trimmed.isEmpty() || trimmed.startsWith("#")) {
        continue;
      }
      String[] fields = trimmed.split("\\s+", 3);
      if (fields.length < 2) {
        throw invalid(timeline, line);
      }
      try {
        ancestors.add(new Ancestor(new Timeline(Long.parseLong(fields[0])), Lsn.parse(fields[1])));
      } catch (NumberFormatException e) {
        throw invalid(timeline, line);
      }
    }
    return new TimelineHistory(timeline, ancestors);
  }

  /**
   * Expects more of the text that this was parsed from than reading it needs: PostgreSQL ends every
   * file with a line break, and every timeline with a history has a parent.
   *
   * @throws HoldfastException format (29) when it is cut off or damaged
   */
  public void expectWrittenByPostgres(String text) {
    if (ancestors.isEmpty()
        || !text.endsWith("\n")
        || text.chars().anyMatch(c -> c < ' ' && c != '\n' && c != '\t')) {
      throw new HoldfastException(
          ErrorCode.FORMAT, timeline.historyFileName() + " is cut off or damaged");
    }
  }

  private static HoldfastException invalid(Timeline timeline, String line) {
    return new HoldfastException(
        ErrorCode.FORMAT,
        "invalid line in " + timeline.historyFileName() + ": '" + line + "'",
        "Each line holds a timeline, the LSN at which it was left, and a reason.");
  }

  /** Where the ancestor was left on the way to this timeline, if it is an ancestor. */
  public Optional<Lsn> switchPoint(Timeline ancestor) {
    return ancestors.stream()
        .filter(a -> a.timeline().equals(ancestor))
        .map(Ancestor::switchPoint)
        .findFirst();
  }
}

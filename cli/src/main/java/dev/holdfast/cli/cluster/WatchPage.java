package dev.holdfast.cli.cluster;

import dev.holdfast.ha.decide.NodeState;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Event;
import java.io.PrintStream;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Where {@code watch} draws: the terminal's other screen, or a page after the other. */
final class WatchPage implements AutoCloseable {
  /** ECMA-48 and xterm: the other screen and back, the cursor hidden and shown. */
  private static final String ENTER = "\u001b[?1049h\u001b[?25l";

  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST_OF_SCREEN = "\u001b[J";

  private final PrintStream out;
  private final boolean terminal;
  private List<Object> shown = List.of();
  private String last = "";

  private WatchPage(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  static WatchPage on(PrintStream out, boolean terminal) {
    return new WatchPage(out, terminal);
  }

  /**
   * Shows it.
   *
   * @param when the time of the look, for people
   */
  void show(String when, ClusterView view, List<Event> events, ZoneId zone) {
    String page = page(when, view, events, zone);
    if (terminal) {
      out.print((last.isEmpty() ? ENTER : "") + HOME);
      out.print(page.replace("\n", REST_OF_LINE + "\n") + REST_OF_SCREEN);
    } else if (!essence(view).equals(shown)) {
      out.print((last.isEmpty() ? "" : "\n") + page);
    }
    out.flush();
    shown = essence(view);
    last = page;
  }

  private static String page(String when, ClusterView view, List<Event> events, ZoneId zone) {
    StringBuilder page = new StringBuilder(when).append("  ").append(StatusText.of(view));
    if (!events.isEmpty()) {
      page.append('\n');
      EventLines lines = new EventLines(view, zone);
      events.forEach(event -> page.append(lines.line(event)).append('\n'));
    }
    return page.toString();
  }

  /** What of a look is worth another page where pages are kept: not every LSN. */
  private static List<Object> essence(ClusterView view) {
    List<Object> parts = new ArrayList<>();
    parts.add(view.course());
    parts.add(view.epoch());
    parts.add(Objects.toString(view.primary()));
    parts.add(Objects.toString(view.protection()) + view.proven());
    for (ClusterView.NodeView node : view.nodes()) {
      Optional<ClusterView.Seen> seen = node.seen();
      NodeState goal = node.goal();
      Optional<Server> server = seen.map(ClusterView.Seen::server);
      parts.add(List.of(node.id(), goal, server, seen.map(ClusterView.Seen::silent)));
    }
    parts.add(view.waiting());
    return parts;
  }

  /** Leaves the page behind on the screen that the terminal showed before. */
  @Override
  public void close() {
    if (terminal && !last.isEmpty()) {
      out.print(LEAVE + last);
      out.flush();
    }
  }
}

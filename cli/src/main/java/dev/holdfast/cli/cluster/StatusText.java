package dev.holdfast.cli.cluster;

import dev.holdfast.domain.ByteCount;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.wire.ClusterView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A cluster as a table, with what waits below. */
final class StatusText {
  private static final List<String> HEADINGS =
      List.of(
          "Name",
          "Node",
          "Host:Port",
          "State",
          "Timeline: LSN",
          "Lag",
          "Priority",
          "Quorum",
          "Heard");
  private static final String UNKNOWN = "?";

  private StatusText() {}

  static String of(ClusterView view) {
    StringBuilder text = new StringBuilder();
    text.append("Cluster ").append(view.cluster()).append(": ").append(view.course());
    view.primary().ifPresent(primary -> text.append(", primary ").append(view.name(primary)));
    text.append(", epoch ").append(view.epoch()).append("\n\n");
    List<List<String>> rows = new ArrayList<>();
    view.nodes().forEach(node -> rows.add(row(view, node)));
    text.append(new TextTable(HEADINGS, rows)).append('\n');
    view.protection()
        .ifPresent(protection ->
            text.append("Protection: ")
                .append(protection)
                .append(view.proven() ? "" : ", not proven yet")
                .append('\n'));
    NodeNames names = new NodeNames(view);
    for (ClusterView.Waiting each : view.waiting()) {
      text.append(view.name(each.node())).append(": ").append(names.in(each.reason()));
      text.append(". ").append(names.in(each.hint())).append('\n');
    }
    return text.toString();
  }

  private static List<String> row(ClusterView view, ClusterView.NodeView node) {
    Optional<ClusterView.Seen> seen = node.seen();
    return List.of(
        node.name(),
        node.id().toString(),
        node.endpoint().map(ServerAddress::toString).orElse(UNKNOWN),
        node.goal() + "/" + seen.map(each -> actual(view, each)).orElse("not heard"),
        seen.map(each -> each.timeline() + ": " + each.flushed()).orElse(UNKNOWN),
        seen.flatMap(ClusterView.Seen::lag)
            .map(bytes -> new ByteCount(bytes).toString())
            .orElse(UNKNOWN),
        Integer.toString(node.priority()),
        node.quorum() ? "y" : "n",
        seen.map(each -> "%.1f s ago".formatted(each.ago().toMillis() / 1000.0)).orElse("never"));
  }

  private static String actual(ClusterView view, ClusterView.Seen seen) {
    if (seen.silent()) {
      return "silent";
    }
    String server = seen.server().name().toLowerCase(Locale.ROOT);
    return seen.server() == Server.STANDBY
        ? seen.upstream().map(from -> server + " of " + view.name(from)).orElse(server)
        : server;
  }
}

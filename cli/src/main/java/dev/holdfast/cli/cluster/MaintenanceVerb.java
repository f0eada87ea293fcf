package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.NodeState;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.wire.ClusterView;
import java.util.List;

/** A node is left alone, or no longer. */
final class MaintenanceVerb implements Verb {
  @Override
  public String name() {
    return "maintenance";
  }

  @Override
  public int run(VerbContext context) {
    List<String> words = context.options().parameters();
    if (words.size() != 2 || !(words.get(0).equals("on") || words.get(0).equals("off"))) {
      throw new HoldfastException(
          ErrorCode.PARAM_REQUIRED,
          "maintenance needs on or off, and a node",
          "For example: holdfast maintenance on db2");
    }
    boolean on = words.get(0).equals("on");
    try (OperatorSession session = OperatorSession.of(context)) {
      ClusterView before = session.view();
      NodeId node = OperatorSession.node(before, words.get(1)).id();
      if (session.ask(before, new Request.Maintenance(node, on)) && on) {
        new Outcome(session, before, context.clock().getZone())
            .await(
                before.name(node) + " is in maintenance",
                now -> rests(now, node),
                now -> now.nodes().stream().noneMatch(each -> each.id().equals(node)));
        session.say(before.name(node) + " is in maintenance");
      }
      return 0;
    }
  }

  private static boolean rests(ClusterView now, NodeId node) {
    return now.nodes().stream()
        .anyMatch(each -> each.id().equals(node) && each.goal() == NodeState.MAINTENANCE);
  }
}

package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.NodeState;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.wire.ClusterView;
import java.util.List;

/** {@code fence} and {@code unfence}: a node's PostgreSQL is stopped and stays so, or no longer. */
final class FenceVerb implements Verb {
  private final boolean on;

  FenceVerb(boolean on) {
    this.on = on;
  }

  @Override
  public String name() {
    return on ? "fence" : "unfence";
  }

  @Override
  public int run(VerbContext context) {
    List<String> words = context.options().parameters();
    if (words.size() != 1) {
      throw new HoldfastException(
          ErrorCode.PARAM_REQUIRED,
          name() + " needs a node",
          "For example: holdfast " + name() + " db2");
    }
    try (OperatorSession session = OperatorSession.of(context)) {
      ClusterView before = session.view();
      NodeId node = OperatorSession.node(before, words.getFirst()).id();
      if (session.ask(before, new Request.Fence(node, on)) && on) {
        new Outcome(session, before, context.clock().getZone())
            .await(
                before.name(node) + " is fenced",
                now -> isFenced(now, node),
                now -> now.nodes().stream().noneMatch(each -> each.id().equals(node)));
        session.say(before.name(node) + " is fenced: PostgreSQL is stopped there");
      }
      return 0;
    }
  }

  private static boolean isFenced(ClusterView now, NodeId node) {
    return now.nodes().stream()
        .anyMatch(each ->
            each.id().equals(node)
                && each.goal() == NodeState.FENCED
                && each.seen()
                    .filter(seen -> !seen.silent())
                    .map(ClusterView.Seen::server)
                    .filter(server -> server == Server.STOPPED || server == Server.ABSENT)
                    .isPresent());
  }
}

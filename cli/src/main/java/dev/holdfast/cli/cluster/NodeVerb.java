package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.wire.ClusterView;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Changes a node, or takes it out of the cluster. */
final class NodeVerb implements Verb {
  @Override
  public String name() {
    return "node";
  }

  @Override
  public int run(VerbContext context) {
    List<String> words = context.options().parameters();
    if (words.size() != 2 || !(words.get(0).equals("set") || words.get(0).equals("drop"))) {
      throw new HoldfastException(
          ErrorCode.PARAM_REQUIRED,
          "node needs set or drop, and a node",
          "For example: holdfast node set db2 --candidate-priority=80");
    }
    try (OperatorSession session = OperatorSession.of(context)) {
      ClusterView before = session.view();
      ClusterView.NodeView node = OperatorSession.node(before, words.get(1));
      if (words.get(0).equals("set")) {
        session.ask(before, change(context.options(), node));
      } else {
        drop(context, session, before, node);
      }
      return 0;
    }
  }

  private static Request change(Options options, ClusterView.NodeView node) {
    OptionalInt priority = options.optionalInteger("candidate-priority");
    Optional<Boolean> quorum = options.optionalFlag("replication-quorum");
    if (priority.isEmpty() && quorum.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "node set needs --candidate-priority or --replication-quorum",
          node.name()
              + " has candidate-priority "
              + node.priority()
              + " and replication-quorum "
              + (node.quorum() ? "y" : "n")
              + ".");
    }
    return new Request.Change(
        node.id(), priority.orElse(node.priority()), quorum.orElse(node.quorum()));
  }

  private static void drop(
      VerbContext context, OperatorSession session, ClusterView before, ClusterView.NodeView node) {
    if (session.ask(before, new Request.Drop(node.id()))) {
      new Outcome(session, before, context.clock().getZone())
          .await(
              node.name() + " is not part of the cluster any more",
              now -> now.nodes().stream().noneMatch(each -> each.id().equals(node.id())),
              now -> false);
      session.say(node.name() + " is not part of the cluster any more");
    }
  }
}

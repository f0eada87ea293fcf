package dev.holdfast.cli.cluster;

import dev.holdfast.cli.VerbContext;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.wire.ClusterView;
import java.util.Optional;

/** What switchover and failover have in common: they end when there is another primary. */
final class NewPrimary {
  private final OperatorSession session;
  private final ClusterView before;
  private final Optional<NodeId> target;

  NewPrimary(OperatorSession session) {
    this.session = session;
    this.before = session.view();
    this.target =
        session.options().optional("to").map(name -> OperatorSession.node(before, name).id());
  }

  Optional<NodeId> target() {
    return target;
  }

  /** Asks and waits; the exit code. */
  int ask(VerbContext context, Request request) {
    if (!session.ask(before, request)) {
      return 0;
    }
    String wished =
        target.map(node -> before.name(node) + " is the primary").orElse("another primary");
    ClusterView now =
        new Outcome(session, before, context.clock().getZone())
            .await(wished, this::reached, this::missed);
    session.say(now.name(now.primary().orElseThrow()) + " is the primary");
    return 0;
  }

  private boolean reached(ClusterView now) {
    return settled(now)
        && (target.isPresent()
            ? now.primary().equals(target)
            : !now.primary().equals(before.primary()));
  }

  /** A request that was accepted has left the steady state; so this is another one. */
  private boolean missed(ClusterView now) {
    return settled(now) && !reached(now);
  }

  private static boolean settled(ClusterView now) {
    return now.course().equals(ClusterView.STEADY)
        && now.nodes().stream()
            .filter(node -> now.primary().filter(node.id()::equals).isPresent())
            .flatMap(node -> node.seen().stream())
            .anyMatch(seen -> seen.server() == Server.PRIMARY && !seen.silent());
  }
}

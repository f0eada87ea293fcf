package dev.holdfast.cli.cluster;

import dev.holdfast.cli.VerbContext;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.wire.ClusterView;
import java.util.Optional;
import java.util.Set;

/**
 * What switchover and failover have in common: they end when there is another primary. With {@code
 * --reroute} the clients of this host's PgBouncer go there with it.
 */
final class NewPrimary {
  private final VerbContext context;
  private final OperatorSession session;
  private final ClusterView before;
  private final Optional<NodeId> target;

  NewPrimary(VerbContext context, OperatorSession session) {
    this.context = context;
    this.session = session;
    this.before = session.view();
    this.target =
        session.options().optional("to").map(name -> OperatorSession.node(before, name).id());
  }

  Optional<NodeId> target() {
    return target;
  }

  /** Planned: clients wait meanwhile, and get no error. */
  int handOver(Request request) {
    if (!reroutes()) {
      return ask(request);
    }
    // Nobody is to wait for what is refused anyway.
    session.refuseWhatIsRefused(before, request);
    HostPooler pooler = HostPooler.of(context);
    Set<String> databases = pooler.databasesAt(ClusterServers.of(before));
    pooler
        .rerouting(databases)
        .planned(session.options().duration("pooler-drain"), () -> changed(request));
    return 0;
  }

  /** Unplanned: clients are cut off from the old primary when there is another. */
  int replace(Request request) {
    if (!reroutes()) {
      return ask(request);
    }
    HostPooler pooler = HostPooler.of(context);
    Set<String> databases = pooler.databasesAt(ClusterServers.of(before));
    pooler.rerouting(databases).unplanned(changed(request), false);
    return 0;
  }

  private boolean reroutes() {
    return session.options().flag("reroute") && !session.options().flag("dry-run");
  }

  private int ask(Request request) {
    if (session.ask(before, request)) {
      changed();
    }
    return 0;
  }

  private ServerAddress changed(Request request) {
    session.ask(before, request);
    ClusterView now = changed();
    return ClusterServers.address(now, now.primary().orElseThrow())
        .orElseThrow(() ->
            new HoldfastException(
                ErrorCode.HOST_INVALID, "the new primary has not said where it is"));
  }

  /** Waits until there is another primary, and says which. */
  private ClusterView changed() {
    String wished =
        target.map(node -> before.name(node) + " is the primary").orElse("another primary");
    ClusterView now =
        new Outcome(session, before, context.clock().getZone())
            .await(wished, this::reached, this::missed);
    session.say(now.name(now.primary().orElseThrow()) + " is the primary");
    return now;
  }

  private boolean reached(ClusterView now) {
    return ClusterServers.settledPrimary(now)
        .filter(primary ->
            target.isPresent()
                ? target.get().equals(primary)
                : !before.primary().equals(Optional.of(primary)))
        .isPresent();
  }

  /** A request that was accepted has left the steady state; so this is another one. */
  private boolean missed(ClusterView now) {
    return ClusterServers.settledPrimary(now).isPresent() && !reached(now);
  }
}

package dev.holdfast.cli.cluster;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.routing.pgbouncer.PooledDatabase;
import dev.holdfast.routing.pgbouncer.ServerAnswer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where the clients of this host's PgBouncer really get to, a line for each database. */
final class PoolerText {
  private final HostPooler pooler;
  private final ClusterView view;

  private PoolerText(HostPooler pooler, ClusterView view) {
    this.pooler = pooler;
    this.view = view;
  }

  /** {@code PgBouncer: app is at db2 (10.0.0.2:5432), the primary; clients can write there}. */
  static List<String> of(HostPooler pooler, ClusterView view) {
    try {
      Set<String> databases = pooler.databasesAt(ClusterServers.of(view));
      PoolerText text = new PoolerText(pooler, view);
      return pooler.pgbouncer().databases().stream()
          .filter(database -> databases.contains(database.name()))
          .map(text::line)
          .toList();
    } catch (HoldfastException e) {
      return List.of("PgBouncer: " + e.getMessage());
    }
  }

  private String line(PooledDatabase database) {
    return "PgBouncer: "
        + database.name()
        + " is at "
        + database.server().map(this::place).orElse("no server")
        + "; "
        + clients(database);
  }

  private String place(ServerAddress server) {
    Optional<ClusterView.NodeView> node =
        view.nodes().stream()
            .filter(each -> each.endpoint().equals(Optional.of(server)))
            .findFirst();
    Optional<NodeId> id = node.map(ClusterView.NodeView::id);
    boolean primary = id.isPresent() && id.equals(view.primary());
    return node.map(each -> each.name() + " (" + server + ")").orElse(server.toString())
        + (primary ? ", the primary" : ", not the primary (holdfast reroute)");
  }

  /** By asking through the pooler: what its file says may not be what it has read. */
  private String clients(PooledDatabase database) {
    try {
      ServerAnswer through = pooler.pgbouncer().askThrough(database.name());
      if (database.server().isPresent()
          && !through.isSameServer(pooler.pgbouncer().ask(database.server().get()))) {
        return "clients get to another server (holdfast reroute)";
      }
      return through.writable() ? "clients can write there" : "clients cannot write there";
    } catch (HoldfastException e) {
      return "clients do not get there: " + e.getMessage();
    }
  }
}

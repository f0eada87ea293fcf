package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.routing.PrimarySearch;
import dev.holdfast.routing.pgbouncer.PooledDatabase;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Points the PgBouncer of this host at the one of several servers that is the primary; the servers
 * are named, or are the nodes of the monitor's cluster, which can be followed for good.
 */
final class RerouteVerb implements Verb {
  @Override
  public String name() {
    return "reroute";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    List<ServerAddress> named =
        options.parameters().stream().map(ServerAddress::parse).distinct().toList();
    if (options.flag("follow")) {
      if (!named.isEmpty()) {
        throw new HoldfastException(
            ErrorCode.PARAM_INVALID,
            "reroute --follow takes the servers from the monitor, and no addresses",
            "For example: holdfast reroute --follow --stanza=main");
      }
      try (OperatorSession session = session(context)) {
        return new Following(session, HostPooler.of(context), context.reporter()).run();
      }
    }
    return once(context, named.isEmpty() ? nodes(context) : named);
  }

  private static int once(VerbContext context, List<ServerAddress> candidates) {
    HostPooler pooler = HostPooler.of(context);
    Set<String> databases = pooler.databasesAt(candidates);
    Set<ServerAddress> servers = new LinkedHashSet<>(candidates);
    pooler.pgbouncer().databases().stream()
        .filter(database -> databases.contains(database.name()))
        .map(PooledDatabase::server)
        .forEach(server -> server.ifPresent(servers::add));
    PrimarySearch search = new PrimarySearch(servers, pooler.pgbouncer()::ask);
    search.findings().forEach(context.out()::println);
    ServerAddress primary = search.primary();
    if (context.options().flag("dry-run")) {
      context.out().println("would point " + String.join(", ", databases) + " at " + primary);
      return 0;
    }
    pooler.rerouting(databases).unplanned(primary, context.options().flag("force"));
    return 0;
  }

  private static List<ServerAddress> nodes(VerbContext context) {
    try (OperatorSession session = session(context)) {
      return ClusterServers.of(session.view());
    }
  }

  private static OperatorSession session(VerbContext context) {
    if (context.options().optionalStanza().isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PARAM_REQUIRED,
          "reroute needs the addresses of the cluster's servers, or the cluster's stanza",
          "For example: holdfast reroute db1:5432 db2:5432",
          "or, where a monitor knows the cluster: holdfast reroute --stanza=main");
    }
    return OperatorSession.of(context);
  }
}

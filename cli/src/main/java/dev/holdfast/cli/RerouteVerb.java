package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.routing.PrimarySearch;
import dev.holdfast.routing.Rerouting;
import dev.holdfast.routing.pgbouncer.Pgbouncer;
import dev.holdfast.routing.pgbouncer.PooledDatabase;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Points the PgBouncer of this host at the one of several servers that is the primary. */
final class RerouteVerb implements Verb {
  private static final String QUERY_DATABASE = "postgres";

  @Override
  public String name() {
    return "reroute";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    List<ServerAddress> candidates =
        options.parameters().stream().map(ServerAddress::parse).distinct().toList();
    if (candidates.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PARAM_REQUIRED,
          "reroute needs the addresses of the cluster's servers",
          "For example: holdfast reroute db1:5432 db2:5432");
    }
    Pgbouncer pooler = pooler(context);
    List<PooledDatabase> known = pooler.databases();
    Set<String> databases = chosen(options, known, candidates);
    Set<ServerAddress> servers = new LinkedHashSet<>(candidates);
    known.stream()
        .filter(database -> databases.contains(database.name()))
        .flatMap(database -> database.server().stream())
        .forEach(servers::add);
    PrimarySearch search = new PrimarySearch(servers, pooler::ask);
    search.findings().forEach(context.out()::println);
    ServerAddress primary = search.primary();
    if (options.flag("dry-run")) {
      context.out().println("would point " + String.join(", ", databases) + " at " + primary);
      return 0;
    }
    new Rerouting(pooler, databases, primary, context.out()::println)
        .unplanned(options.flag("force"));
    return 0;
  }

  private static Pgbouncer pooler(VerbContext context) {
    Options options = context.options();
    String user = options.optional("pooler-user").orElse(System.getProperty("user.name"));
    Pgbouncer.Login login =
        new Pgbouncer.Login(user, user, QUERY_DATABASE, options.duration("pooler-timeout"));
    return new Pgbouncer(
        options.path("pooler-config"), login, context.surroundings().environment());
  }

  /** Those that were named, else those that are at one of the servers now. */
  private static Set<String> chosen(
      Options options, List<PooledDatabase> known, List<ServerAddress> candidates) {
    Set<String> names = known.stream().map(PooledDatabase::name).collect(Collectors.toSet());
    List<String> wanted = options.list("pooler-database");
    for (String name : wanted) {
      if (!names.contains(name)) {
        throw new HoldfastException(
            ErrorCode.DB_MISSING,
            "PgBouncer's configuration has no database '" + name + "'",
            "It has: " + String.join(", ", new TreeSet<>(names)));
      }
    }
    Predicate<PooledDatabase> isHere =
        wanted.isEmpty()
            ? database -> database.server().filter(candidates::contains).isPresent()
            : database -> wanted.contains(database.name());
    Set<String> chosen =
        known.stream()
            .filter(isHere)
            .map(PooledDatabase::name)
            .collect(Collectors.toCollection(TreeSet::new));
    if (chosen.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.DB_MISSING,
          "no database of PgBouncer's configuration is at one of these servers",
          "Name the servers as the configuration does, all of them, the former primary too;",
          "or name the databases with --pooler-database.");
    }
    return chosen;
  }
}

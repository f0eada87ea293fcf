package dev.holdfast.cli.cluster;

import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.routing.Rerouting;
import dev.holdfast.routing.pgbouncer.Pgbouncer;
import dev.holdfast.routing.pgbouncer.PooledDatabase;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The PgBouncer of this host, as the options say it is to be talked to. */
final class HostPooler {
  private static final String QUERY_DATABASE = "postgres";

  private final VerbContext context;
  private final Pgbouncer pooler;

  private HostPooler(VerbContext context, Pgbouncer pooler) {
    this.context = context;
    this.pooler = pooler;
  }

  /** Of the options; nothing is read or connected yet. */
  static HostPooler of(VerbContext context) {
    Options options = context.options();
    String user = options.optional("pooler-user").orElse(System.getProperty("user.name"));
    Pgbouncer.Login login =
        new Pgbouncer.Login(user, user, QUERY_DATABASE, options.duration("pooler-timeout"));
    return new HostPooler(
        context,
        new Pgbouncer(options.path("pooler-config"), login, context.surroundings().environment()));
  }

  Pgbouncer pgbouncer() {
    return pooler;
  }

  /** What points some of its databases elsewhere, and says each step as the verb's result. */
  Rerouting rerouting(Set<String> databases) {
    return rerouting(
        databases,
        text -> {
          context.out().println(text);
          context.out().flush();
        });
  }

  /** The same, with the steps told elsewhere. */
  Rerouting rerouting(Set<String> databases, Consumer<String> news) {
    return new Rerouting(pooler, databases, news);
  }

  /** Whether its configuration has all of these there. */
  boolean areAt(Set<String> databases, ServerAddress server) {
    return pooler.databases().stream()
        .filter(database -> databases.contains(database.name()))
        .allMatch(database -> database.server().equals(Optional.of(server)));
  }

  /**
   * Its databases that were named, else those that are at one of the servers now.
   *
   * @throws HoldfastException db-missing (80) when there is none
   */
  Set<String> databasesAt(Collection<ServerAddress> servers) {
    List<PooledDatabase> known = pooler.databases();
    Set<String> names = known.stream().map(PooledDatabase::name).collect(Collectors.toSet());
    List<String> wanted = context.options().list("pooler-database");
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
            ? database -> database.server().filter(servers::contains).isPresent()
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

package dev.holdfast.routing.pgbouncer;

import dev.holdfast.domain.ServerAddress;
import java.util.Optional;

/**
 * A database as PgBouncer's file has it.
 *
 * @param name what clients ask for; {@code *} is for every name that has no line of its own
 * @param server where its connections go; empty for the Unix socket of the pooler's own host
 */
public record PooledDatabase(String name, Optional<ServerAddress> server) {
  /** The line for every database that has none. */
  public static final String FALLBACK = "*";
}

package dev.holdfast.postgres.session;

/**
 * A database of a cluster.
 *
 * @param oid its object id
 * @param name its name, with whatever characters
 * @param lastSystemOid the object id of {@code template0}: what is not above it comes with the
 *     cluster
 */
public record DatabaseName(long oid, String name, long lastSystemOid) {}

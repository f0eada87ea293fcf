/**
 * One PostgreSQL cluster, live or stopped.
 *
 * <ul>
 *   <li>{@code control}: what {@code pg_control} and the headers of WAL segments say.
 *   <li>{@code directory}: what of a data directory belongs into a backup.
 *   <li>{@code session}: SQL, as far as backup and check need it.
 *   <li>{@code wal}: where the WAL of a stopped cluster ends.
 *   <li>{@code replication}: what a keeper does to a node: its settings, upstreams, copies.
 *   <li>{@code walstream}: how far a running primary has written its WAL.
 *   <li>{@code file}: files that must not be half written.
 *   <li>{@code process}: finding PostgreSQL's programs, and running clusters of our own.
 * </ul>
 *
 * <p>Versions 13 to 18. What differs between them stands in one place per package.
 */
@NullMarked
package dev.holdfast.postgres;

import org.jspecify.annotations.NullMarked;

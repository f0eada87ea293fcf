/**
 * A server as a member of a replicated cluster: what it says of its WAL and of who streams from it,
 * the settings that replication rests on, and copies of another server.
 *
 * <p>Two things here are proven rather than assumed, because a lost commit hangs on them:
 *
 * <ul>
 *   <li><b>No WAL receiver can connect any more.</b> {@code primary_conninfo} names a service, and
 *       the service is in a file of ours ({@link dev.holdfast.postgres.replication.Upstreams}) that
 *       libpq reads at each connection. When the service is taken out of the file, and every WAL
 *       receiver that may have read it before has ended, none can come after, whatever the startup
 *       process still believes.
 *   <li><b>A changed {@code synchronous_standby_names} is in force in every process that
 *       matters</b> ({@link dev.holdfast.postgres.replication.ReloadProof}): the checkpointer,
 *       which keeps the shared flag that makes backends wait, and every WAL sender, which lets them
 *       go.
 * </ul>
 *
 * <p>{@link dev.holdfast.postgres.replication.NodeSlots} are the replication slots that keep WAL
 * for the other nodes; {@link dev.holdfast.postgres.replication.SlotBound} keeps them from filling
 * the disk.
 *
 * <p>A copy is made beside the data directory, synced, and only then given its name: by {@code
 * pg_basebackup}, or by {@link dev.holdfast.postgres.replication.BaseBackup} where that program is
 * missing.
 */
@NullMarked
package dev.holdfast.postgres.replication;

import org.jspecify.annotations.NullMarked;

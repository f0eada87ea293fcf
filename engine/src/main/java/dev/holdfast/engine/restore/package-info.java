/**
 * The verb {@code restore}: from a backup set to a data directory that PostgreSQL can recover from.
 *
 * <p>The data flows one way: the request chooses a backup set ({@link
 * dev.holdfast.engine.restore.BackupSetChoice}) and its manifest; the manifest's targets are mapped
 * to this host's directories ({@link dev.holdfast.engine.restore.TargetMapping}); the destination
 * is checked and cleaned ({@link dev.holdfast.engine.restore.Destination}); the files become jobs
 * in the order in which the repository holds them ({@link
 * dev.holdfast.engine.work.StoredFileQueue}); workers decode and write them ({@link
 * dev.holdfast.engine.restore.FileRestore}); recovery settings follow; {@code global/pg_control}
 * comes last.
 *
 * <p>What a crash leaves: {@code pg_control} is removed (and its directory synced) before anything
 * else is touched, and comes back by a rename after everything else is durable, so a directory that
 * was restored in part cannot be started. {@code backup.manifest} in the directory marks it as ours
 * until then, so that {@code --delta} can finish it.
 */
@NullMarked
package dev.holdfast.engine.restore;

import org.jspecify.annotations.NullMarked;

/**
 * The verb {@code expire}: removes backups that retention no longer asks for, and the WAL that no
 * kept backup needs.
 *
 * <p>What goes is decided by pure functions ({@link dev.holdfast.engine.expire.BackupRetention},
 * {@link dev.holdfast.engine.expire.ArchiveRetention}) and then carried out by {@link
 * dev.holdfast.engine.expire.Expire} in an order that a crash cannot turn against the backups that
 * stay: manifests go first, the newest dependant's before the backup it depends on, then
 * backup.info is rewritten, then directories, WAL, and history. A directory without a manifest is
 * no backup to anybody; the next expire removes what is left of it.
 */
@NullMarked
package dev.holdfast.engine.expire;

import org.jspecify.annotations.NullMarked;

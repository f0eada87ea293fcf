/**
 * The verb {@code backup}: from a data directory to a backup that can be restored.
 *
 * <p>The data flows one way. The catalog gives the prior backup ({@link
 * dev.holdfast.engine.backup.PriorChoice}); the data directory, compared with the prior manifest,
 * gives the plan ({@link dev.holdfast.engine.backup.BackupPlan}): for each file whether it is
 * copied, compared or only referenced. {@link dev.holdfast.engine.backup.CopyQueue} makes jobs of
 * it; workers ({@link dev.holdfast.engine.backup.FileCopy}) read each file once, check its pages,
 * hash, compress, encrypt and store it; what they found comes together in {@link
 * dev.holdfast.engine.backup.CopyResults}. The cluster says when the backup ends; its WAL is waited
 * for; then the manifest makes the backup complete and the catalog makes it known.
 *
 * <p>What a crash leaves: until {@code backup.manifest} exists, a directory that is no backup to
 * anybody. With a manifest's copy in it, the next full backup of the same version and options takes
 * over what was stored, after comparing every file's hash; otherwise it is removed by the next
 * backup. Between the manifest and the catalog: a complete backup that the next expire or backup
 * enters into the catalog.
 */
@NullMarked
package dev.holdfast.engine.backup;

import org.jspecify.annotations.NullMarked;

/**
 * The storage driver for a mounted file system, and what the engine needs from Linux beyond it.
 *
 * <h2>How a file is written</h2>
 *
 * <ol>
 *   <li>{@code <name>.<8 letters>.hftmp} is created exclusively beside the place where the file is
 *       to be, so that two writers never share one, and a rename never crosses a file system;
 *   <li>the content is written and synced;
 *   <li>the temporary name is renamed over the name (or, for an exclusive write, linked to it,
 *       which fails when the name exists, and removed);
 *   <li>the directory is synced. Directories that had to be made were synced into their parents
 *       when they were made.
 * </ol>
 *
 * <p>A crash leaves a temporary name with any content after step 1 and 2, and the whole file after
 * step 3; whether the name survives a power failure is settled by step 4. Nothing removes left-over
 * temporary names here: they are harmless, pgBackRest ignores or expires them with their directory,
 * and only the caller knows that no writer is alive.
 *
 * <p>A batch leaves out the syncs of steps 2 and 4 and syncs the whole file system at its end,
 * where that is known to report failures ({@link dev.holdfast.storage.posix.PosixBatch}).
 *
 * <p>Modes do not depend on the umask (pgBackRest's {@code neutral-umask}): a repository that is
 * shared by a group must not become unreadable because cron runs with another umask.
 */
@NullMarked
package dev.holdfast.storage.posix;

import org.jspecify.annotations.NullMarked;

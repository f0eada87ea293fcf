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
 *
 * <h2>Beside the page cache</h2>
 *
 * <p>{@link dev.holdfast.storage.posix.LocalFiles} reads and writes PostgreSQL's own files. Reads
 * leave no trace in the page cache (PostgreSQL's pages stay) and yet use what is there: {@code
 * RWF_DONTCACHE}, Linux 6.14 and later. Writes of large files go around it ({@code O_DIRECT}),
 * which costs a tenth of the processor's time, where a trial shows that the file system takes them
 * well. Measured on ext4, Linux 6.18, per GiB: buffered 0.6 to 2.7 s of system time at 0.4 to 1.8
 * GB/s, direct 0.05 s at 2.1 to 3.7 GB/s; cold reads 0.4 to 0.6 GB/s buffered and 0.8 to 2.5 GB/s
 * with {@code RWF_DONTCACHE}, cached ones 12 GB/s either way (direct reads: 1).
 */
@NullMarked
package dev.holdfast.storage.posix;

import org.jspecify.annotations.NullMarked;

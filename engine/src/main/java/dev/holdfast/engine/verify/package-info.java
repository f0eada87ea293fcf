/**
 * The verb {@code verify}: reads everything that a repository holds of a stanza and says what of it
 * is not what it must be: WAL segments by the SHA-1 in their names, backup files by the manifests,
 * blocks by the hashes in their maps, manifests of the history by their own checksum. Timeline
 * histories and {@code .backup} files have none: they must be what PostgreSQL writes.
 *
 * <p>A file is read once however many backups reference it. What was being written when the run
 * began (a backup without a manifest, segments that come and go) is not an error.
 */
@NullMarked
package dev.holdfast.engine.verify;

import org.jspecify.annotations.NullMarked;

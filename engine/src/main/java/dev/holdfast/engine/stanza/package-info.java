/**
 * Stanzas as such: stanza-create, stanza-upgrade, stanza-delete, and stop and start, which keep
 * verbs from running and let them run again.
 *
 * <h2>What a crash leaves</h2>
 *
 * <p>A stanza is an archive.info and a backup.info, each with a copy. Creating writes backup.info,
 * its copy, archive.info, its copy: WAL is accepted from the third step on, when all is there that
 * a backup needs. Whatever is missing after a crash is added by the next stanza-create, also where
 * the other program was cut off after archive.info: as long as the directory of the missing file
 * holds nothing, nothing can be lost by writing it anew.
 *
 * <p>Deleting removes the info files first, so that a half-deleted stanza cannot be taken for a
 * whole one, and the stop file last, so that it can be repeated.
 */
@NullMarked
package dev.holdfast.engine.stanza;

import org.jspecify.annotations.NullMarked;

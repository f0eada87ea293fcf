/**
 * The annotate verb: notes on a backup, which are kept in backup.info and shown by info. The
 * manifest keeps those that the backup was made with.
 */
@NullMarked
package dev.holdfast.engine.annotate;

import org.jspecify.annotations.NullMarked;

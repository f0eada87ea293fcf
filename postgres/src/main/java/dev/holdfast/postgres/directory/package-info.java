/**
 * What of a data directory belongs into a backup, and under which names.
 *
 * <p>The rules are pgBackRest's, because its manifests are compared with ours: contents that
 * PostgreSQL makes anew at every start stay out, as do temporary relations and the data of unlogged
 * ones; a tablespace's files are named after the link in {@code pg_tblspc}, below which only the
 * directory of the cluster's own version counts; links must lead out of the data directory, not to
 * other links, and not into each other.
 *
 * <p>A live cluster changes while it is walked. What vanishes in between is left out silently: the
 * WAL says why it did.
 */
@NullMarked
package dev.holdfast.postgres.directory;

import org.jspecify.annotations.NullMarked;

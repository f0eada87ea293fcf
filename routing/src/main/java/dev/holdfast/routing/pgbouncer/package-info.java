/**
 * One PgBouncer, 1.18 and newer: the file that says where its databases are, and the console that
 * pauses, reloads and resumes them.
 *
 * <p>The file is changed and not only the running pooler, which has no command for it: a PgBouncer
 * that restarts must not go back to the former primary.
 */
@NullMarked
package dev.holdfast.routing.pgbouncer;

import org.jspecify.annotations.NullMarked;

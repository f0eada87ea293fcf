/**
 * PostgreSQL's programs: where they are, and clusters that we run ourselves (the demo, drills and
 * tests).
 *
 * <p>PostgreSQL refuses to run as root, so whoever is root runs it as {@link
 * dev.holdfast.postgres.process.OsUser another user}; sockets lie in directories of the cluster's
 * own, whose paths must be short.
 */
@NullMarked
package dev.holdfast.postgres.process;

import org.jspecify.annotations.NullMarked;

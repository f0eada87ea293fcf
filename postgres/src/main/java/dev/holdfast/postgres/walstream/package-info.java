/**
 * How far a running primary has written its WAL, for whoever stores the growing segment.
 *
 * <p>This looks, and does not receive: it runs on the server's host, where the bytes are in {@code
 * pg_wal}. So it is no WAL sender's client and can never be taken for a synchronous standby, not
 * even by {@code synchronous_standby_names = '*'}. See {@code
 * docs/decisions/2026-11-21-streaming-wal.md}.
 *
 * <p>Its replication slot is temporary and ends with the session, which the server ends when it has
 * been silent for a while (killed, hung, stopped): the slot never keeps more than the segment that
 * is written and the one before.
 */
@NullMarked
package dev.holdfast.postgres.walstream;

import org.jspecify.annotations.NullMarked;

/**
 * archive-push and archive-get: WAL on its way into and out of the archive.
 *
 * <h2>Into the archive</h2>
 *
 * <p>PostgreSQL keeps a WAL file until {@code archive_command} succeeds, and then may reuse it at
 * once. So a push succeeds only when every repository has the file durably; a push that reached
 * some repositories fails, and is repeated by PostgreSQL. Storing is idempotent: a segment's name
 * in the archive holds the SHA-1 of its content, the same content under the same name is a success,
 * other content is an error and never replaces what is there.
 *
 * <p>A crash leaves nothing under the final name or the whole file, and at most a temporary file.
 *
 * <p>With {@code archive-stream} the segment that is being written is there in pieces, see {@link
 * dev.holdfast.engine.stream}.
 *
 * <h2>The spool</h2>
 *
 * <p>With {@code archive-async} a background process works ahead, under the stanza's archive lock,
 * and the foreground that PostgreSQL starts waits for it. They meet in {@code
 * <spool-path>/archive/<stanza>}:
 *
 * <ul>
 *   <li>{@code out/<file>.ok}: pushed; empty, or {@code 0}, a line feed and a warning;
 *   <li>{@code out/<file>.error}: the error's code, a line feed and its message; removed by the
 *       next run;
 *   <li>{@code out/global.error}: the same for all files;
 *   <li>{@code in/<segment>}: fetched ahead, whole;
 *   <li>{@code in/<segment>.ok}: without the segment beside it, the archive does not have it; with
 *       it, a warning;
 *   <li>{@code in/<segment>.error}, {@code in/global.error}: as above.
 * </ul>
 *
 * <p>A restore removes the stanza's spool: what it says is about the cluster that was.
 */
@NullMarked
package dev.holdfast.engine.archive;

import org.jspecify.annotations.NullMarked;

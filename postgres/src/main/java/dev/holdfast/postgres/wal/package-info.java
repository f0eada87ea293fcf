/**
 * Where the WAL of a stopped cluster ends, found as PostgreSQL's recovery would find it: record by
 * record from the last checkpoint's redo point, until one is not valid.
 *
 * <h2>Pages</h2>
 *
 * <p>A segment file is a row of pages. A page begins with a header of 24 bytes, in a segment's
 * first page 40; integers are in the host's byte order.
 *
 * <pre>
 *  0  magic number, 16 bits, one per major version
 *  2  flags, 16 bits: 1 the page begins with the rest of a record, 2 the header is long,
 *     4 backup blocks may be left out, 8 the page begins with a record instead of the rest of one
 *     that was never completed
 *  4  timeline, 32 bits
 *  8  position of the page, 64 bits; a recycled segment still has its former one
 * 16  bytes of the record begun before that are still to come, 32 bits, and 4 of padding
 * 24  system identifier, 64 bits
 * 32  bytes of a segment, 32 bits
 * 36  bytes of a page, 32 bits
 * </pre>
 *
 * <p>Timelines never descend from page to page. The pages of a new timeline's first segment before
 * the one with the switch point are copies and keep the old timeline's number.
 *
 * <h2>Records</h2>
 *
 * <p>A record begins at a multiple of 8 and runs on over as many pages and segments as it needs,
 * their headers in between.
 *
 * <pre>
 *  0  length with this header, 32 bits
 *  4  transaction, 32 bits
 *  8  where the record before this one begins, 64 bits
 * 16  what it is, 8 bits; of the resource manager 0, upper half: 0 a checkpoint of a shutdown,
 *     1 of a running server, 4 a switch, behind which the rest of the segment is unused
 * 17  resource manager, 8 bits: 0 to 21 are PostgreSQL's, from 128 on (version 15) extensions'
 * 20  CRC-32C of what follows the header, then of the header's first 20 bytes
 * 24  the content
 * </pre>
 *
 * <p>Facts from PostgreSQL's {@code access/xlog_internal.h}, {@code access/xlogrecord.h}, {@code
 * xlogreader.c}, and for the choice of timelines {@code xlogrecovery.c} and {@code timeline.c}.
 */
@NullMarked
package dev.holdfast.postgres.wal;

import org.jspecify.annotations.NullMarked;

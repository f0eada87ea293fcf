/**
 * What a cluster's files say about it without a running server: {@code global/pg_control} and the
 * first page of a WAL segment.
 *
 * <p>Both are C structures in the byte order and alignment of the host that wrote them. The offsets
 * are those of 64-bit platforms, the only ones that PostgreSQL's packages are still built for.
 */
@NullMarked
package dev.holdfast.postgres.control;

import org.jspecify.annotations.NullMarked;

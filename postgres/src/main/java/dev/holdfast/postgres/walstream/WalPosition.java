package dev.holdfast.postgres.walstream;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;

/**
 * Where a primary is.
 *
 * @param timeline that it writes
 * @param flushed up to where its WAL is durable
 */
public record WalPosition(Timeline timeline, Lsn flushed) {}

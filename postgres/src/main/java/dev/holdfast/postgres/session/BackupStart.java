package dev.holdfast.postgres.session;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * That a server has begun a backup.
 *
 * @param lsn where replay will have to begin
 * @param segment the WAL segment that holds it
 * @param segmentToCheck a segment that was complete before, and whose arrival in the archive proves
 *     that archiving works; null when that was not asked for
 */
public record BackupStart(Lsn lsn, WalSegment segment, @Nullable WalSegment segmentToCheck) {}

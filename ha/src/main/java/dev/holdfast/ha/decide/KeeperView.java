package dev.holdfast.ha.decide;

import dev.holdfast.domain.Lsn;
import java.util.Set;

/**
 * What a keeper sees of its PostgreSQL, and what it remembers of its own questions while it runs.
 *
 * @param busy whether an act is under way; what it will have done cannot be seen yet
 * @param server PostgreSQL's state
 * @param position how far its WAL is durable
 * @param upstream whom its configuration tells it to stream from, 0 for nobody
 * @param streamAlive whether anything came from there lately
 * @param stranded whether the upstream has no longer the WAL that the node needs next
 * @param applied the version of the protection that all of its processes work under
 * @param protection that protection
 * @param appliedAt an LSN taken after it was in force
 * @param streaming who streams from it, and was heard lately
 * @param restarts starts in place after a crash, lately
 * @param answered the newest report that the order in force answered; 0 when that was before the
 *     keeper started
 * @param fresh the first report that was sent after PostgreSQL was seen stopped
 * @param monitorSilence nanoseconds since the monitor was heard
 * @param membersSilence nanoseconds since as many members as must confirm were heard
 * @param leaseLeft nanoseconds until the lease ends; counted from the sending of the question
 */
public record KeeperView(
    boolean busy,
    Server server,
    Position position,
    int upstream,
    boolean streamAlive,
    boolean stranded,
    long applied,
    Protection protection,
    Lsn appliedAt,
    Set<NodeId> streaming,
    int restarts,
    long answered,
    long fresh,
    long monitorSilence,
    long membersSilence,
    long leaseLeft) {}

package dev.holdfast.ha.decide;

import dev.holdfast.domain.Lsn;
import java.util.Set;

/**
 * What a keeper says about its node, all of it seen after its memory was last persisted.
 *
 * @param node who it is
 * @param sequence grows with every report of the node, across restarts of its keeper
 * @param promised the highest epoch that it has accepted an order of; it refuses lower ones
 * @param frozen whether its last order was to freeze or to stop, and PostgreSQL did
 * @param server PostgreSQL's state
 * @param position how far its WAL is durable
 * @param complete false while a rewind or clone has not yet regained what the node held before it
 * @param upstream whom it streams from, 0 for nobody
 * @param streamAlive whether anything came from there lately
 * @param applied the version of the protection that every process of the primary works under
 * @param appliedAt an LSN of the primary taken after that protection was in force
 * @param streaming as a primary: who streams from it, and was heard lately
 * @param restored the epoch of the last order to restore that is done, 0 for none
 * @param restarts starts in place after a crash, lately
 */
public record Report(
    NodeId node,
    long sequence,
    long promised,
    boolean frozen,
    Server server,
    Position position,
    boolean complete,
    int upstream,
    boolean streamAlive,
    long applied,
    Lsn appliedAt,
    Set<NodeId> streaming,
    long restored,
    int restarts) {}

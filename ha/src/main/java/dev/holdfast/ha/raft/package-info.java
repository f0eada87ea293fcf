/**
 * Values that a majority of some members agree on, on Apache Ratis: a {@link
 * dev.holdfast.ha.raft.Replica} is one member with its log, its snapshots and its vote on disk.
 *
 * <pre>
 *   DIRECTORY/                        mode 0700
 *     GROUP/                          a UUID; Ratis's: in_use.lock, current/, sm/
 *       current/raft-meta             the term and the vote
 *       current/raft-meta.conf        the members
 *       current/log_*                 the log, synced before an entry counts as written
 *       sm/snapshot.TERM_INDEX[.md5]  every register, up to an entry of the log
 * </pre>
 *
 * What is replicated is a set of registers ({@link dev.holdfast.ha.raft.Register}): a name, a
 * version, bytes. A write names the version that it follows and the term in which its writer leads,
 * and is refused, by every member alike, where the register has another version by then or the
 * entry came into the log in another term. So a writer that lost the leadership, even one that has
 * it again, overwrites nothing that it has not seen; and a write of which the writer does not know
 * what became of it is either in the registers that the next leader begins with, or never is.
 *
 * <p>An entry, and a snapshot's content, is: the format's number (1 byte); for an entry the kind (0
 * nothing, 1 a write), the term, the version that it follows, the name and the bytes with their
 * length; for a snapshot the number of registers, and for each its name, version and bytes. A
 * snapshot is written beside its name, synced, and renamed; its MD5 is written after it, and Ratis
 * takes the newest that has one.
 *
 * <p><b>Ratis's linearizable reads are not used.</b> In 3.3.0 a leader that has once had its commit
 * index confirmed answers further reads without asking anybody ({@code
 * ReadIndexHeartbeats.addAppendEntriesListener}), also after its lease has run out: on a log that
 * rests, a leader that was cut off reads what another has changed. Who needs to know that this
 * member leads still asks a majority for the terms that they know: {@link
 * dev.holdfast.ha.raft.Replica#majorities}.
 *
 * <p>Members on several hosts talk over TLS ({@link dev.holdfast.ha.tls}): {@link
 * dev.holdfast.ha.raft.SecureTransport} is Ratis's gRPC with contexts that follow the files, {@link
 * dev.holdfast.ha.raft.PeerChecks} ends what a certificate covers no more, {@link
 * dev.holdfast.ha.raft.Reconnection} begins connections anew that Ratis would keep.
 */
@NullMarked
package dev.holdfast.ha.raft;

import org.jspecify.annotations.NullMarked;

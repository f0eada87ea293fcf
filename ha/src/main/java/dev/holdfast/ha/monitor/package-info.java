/**
 * The monitor: the rules of {@link dev.holdfast.ha.decide} with a disk, a clock and a socket around
 * them. One process serves many clusters, each under its stanza's name.
 *
 * <pre>
 *   STATE-DIRECTORY/              mode 0700
 *     monitor.lock                held while a monitor runs; a second one is refused
 *     NAME.json                   one cluster, mode 0600: {@link dev.holdfast.ha.monitor.StoredCluster}
 *     NAME.json.hftmp             what a write was that a crash cut off; removed at the next start
 *     NAME.json.replicated        what NAME.json was before this became one of several; not read
 *     replica/member.json         of one of several: {@link dev.holdfast.ha.monitor.StoredMember}
 *     replica/log/                likewise: {@link dev.holdfast.ha.raft}, made once it has a group
 * </pre>
 *
 * A changed state is written before anything that follows from it is said: to the temporary name,
 * synced, renamed, the directory synced. A crash before the rename leaves the state before, of
 * which everything that was said is true; one after it leaves the new state, of which nobody has
 * heard yet, and keepers that ask again are told. When writing fails, nothing is said, the state
 * before stays in force, what keepers reported is remembered all the same, and the next occasion
 * tries again.
 *
 * <p>A file that cannot be read, or that a newer version wrote, keeps the monitor from starting: a
 * monitor that forgets could grant the right to write twice.
 *
 * <p>One of several monitors has the clusters in its replica instead of the files, and decides only
 * while it leads:
 *
 * <pre>
 *   Formation     finds the group, or waits to be added        (no group)
 *   Replication   replica, invitations, members                (a group)
 *   Succession    clusters, from the replica, for one term     (leads)
 *   Quorum        confirms every answer: nobody else led when the question came
 * </pre>
 *
 * A crash between member.json with a group and the log leaves a member that has not voted, which
 * begins with an empty log; once the log was made, member.json says so, and it has to be there.
 *
 * <p>The state directory belongs to one host's disk. Without certificates the monitor listens on
 * loopback addresses only, because what it says is not encrypted then, and who speaks to it is not
 * checked. With them it believes whoever shows a certificate of its CA, and lets it speak for the
 * clusters that the certificate names, or for all when it names none: see {@link
 * dev.holdfast.ha.tls}.
 */
@NullMarked
package dev.holdfast.ha.monitor;

import org.jspecify.annotations.NullMarked;

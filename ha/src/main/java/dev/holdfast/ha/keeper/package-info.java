/**
 * A keeper: the process beside a PostgreSQL that brings about what the monitor wants of it.
 *
 * <pre>
 *   MonitorLine (threads)               Keeper (one thread)                    ActRunner (a thread an act)
 *   ---------------------               -------------------                    ---------------------------
 *   long poll, answers -- Directive --&gt; accept, persist (KeeperStore)
 *                                       look (ServerEye: processes, SQL, WAL)
 *                                       KeeperRules.next ---- Act ---------&gt;   Hands: pg_ctl, files, signals
 *   &lt;------------------ Report -------- look again, report             &lt;----   done: wakes the keeper
 * </pre>
 *
 * <p>What the keeper's thread knows beside its memory on disk is kept in three places: {@code
 * Conversation} (which report was answered when: freshness, the lease's extension), {@code InForce}
 * (who confirms), {@code Stranding} (whether the WAL that is needed is gone; of a standby that is
 * not consistent yet {@code UnreadyStandby} sees from outside what it needs). {@code Vitals} is
 * what load balancers are told.
 *
 * <p>In an asynchronous cluster the primary writes under a {@code Lease}, which is in a {@code
 * LeaseFile} as well: the next keeper goes on under it, and the {@code DeadMan}, a shell script in
 * a process of its own, ends PostgreSQL with it when no keeper does. A {@code Watchdog}, where one
 * is wanted, resets a machine on which neither can.
 *
 * <p>A server that runs is made a node before its keeper is started: {@code Adoption} looks at it
 * ({@code AdoptionFindings}, {@code OtherManagers}), prepares it, and leaves the keeper a memory
 * with the order that the server obeys already. What was in force before stays in {@code
 * AdoptedServer}.
 *
 * <p>Copies come from another node (the hands do that with {@code postgres.replication}) or from
 * the repository: {@code RepositoryCopies} calls the program's own verbs for it, and {@code
 * PrivateRecovery} has PostgreSQL recover such a copy where no client reaches it. Either is given
 * up when an order comes that does not want it: the programs are killed with their children, and
 * what is half made is of no use, which memory said before it was begun.
 *
 * <p>On a thread of its own, {@code SlotKeeping} has a {@code SlotUpkeep} pass over the server's
 * replication slots now and then, so that it keeps the WAL that the other nodes need. No decision
 * rests on them.
 *
 * <p>PostgreSQL is no child of the keeper: a keeper that ends, is killed or replaced leaves it as
 * it is, and the next one goes on from what it sees and from its memory. The keeper is awakened by
 * an order, by the end of an act, by the end of the postmaster or of the WAL receiver, and by time.
 *
 * <p>What the rules are told is never flattering: a server that does not answer is not said to be
 * stopped, a standby whose receiver might come back is not said to be frozen.
 */
@NullMarked
package dev.holdfast.ha.keeper;

import org.jspecify.annotations.NullMarked;

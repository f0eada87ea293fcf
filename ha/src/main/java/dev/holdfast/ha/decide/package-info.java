/**
 * Who is the primary: decided by pure functions over records, without a clock, a thread, a file or
 * a socket. The monitor and the keepers around it only carry messages, keep records on disk and
 * call programs; what may go wrong is all in here, and the simulator tries to make it go wrong.
 *
 * <pre>
 *   keeper (one a node)                             monitor (one, or three that agree)
 *   -------------------                             ----------------------------------
 *   KeeperRules.report  --- Report --------------&gt;  Decider.decide(state, observation, now)
 *                                                     |  the table in Rules, first match, again
 *                                                     |  until nothing matches
 *                                                     v
 *                                                   Decision: state (persisted, then) commands
 *   KeeperRules.accept  &lt;-- Command.Tell(Order) ----  Orders.of(state, node)
 *     | memory (persisted, then)
 *     v
 *   KeeperRules.next --- Act ---&gt; PostgreSQL
 * </pre>
 *
 * <h2>Why it is safe</h2>
 *
 * The monitor grants one node at a time the right to write ({@link dev.holdfast.ha.decide.Grant}),
 * with the {@link dev.holdfast.ha.decide.Protection} under which it may acknowledge. A change of
 * the protection is first written down as an intention; from then on every protection on the list
 * may be in force, until the primary has reported that it works under the last one and enough
 * members of it hold everything up to an LSN taken after the change.
 *
 * <p>Somebody else is promoted only with a proof, in a new epoch ({@link
 * dev.holdfast.ha.decide.Proof}):
 *
 * <ul>
 *   <li><b>The count.</b> For every sync set on the list, of N members of which n confirm, N - n +
 *       1 are frozen in this epoch and have said what they hold: fewer than n are left to confirm
 *       anything to the old primary, and what was confirmed is on one of the frozen.
 *   <li><b>The holder's word.</b> Its keeper has promised the new epoch, so that it will not start
 *       PostgreSQL for writing under the old grant, and no process of the data directory remains.
 *       Whoever holds its last LSN may be promoted, and so may it itself.
 *   <li><b>The lease</b>, in asynchronous clusters: the holder stopped by itself at a deadline that
 *       has passed. It has one from every answer while it leads, and while it stops for a
 *       switchover. What is lost is compared with the budget, and said.
 *   <li><b>The operator's word</b>, with the bytes that it costs.
 * </ul>
 *
 * An unprotected primary, one that acknowledges alone, is replaced by its own word or the
 * operator's, by nothing else.
 *
 * <p>Times are nanoseconds since an origin that the caller chooses, of a clock that only goes
 * forward. They decide when something is tried, never whether it is allowed, the lease excepted.
 */
@NullMarked
package dev.holdfast.ha.decide;

import org.jspecify.annotations.NullMarked;

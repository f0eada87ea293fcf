/**
 * A world in which the rules of {@link dev.holdfast.ha.decide} are tried: one monitor, keepers,
 * simulated PostgreSQLs, a network that loses, delays, doubles and parts, machines that crash, hang
 * and are suspended, clocks that drift and jump, operators that interfere. One seed makes one
 * course of events; time passes only from event to event.
 *
 * <pre>
 *   Simulation   clock, queue, random numbers
 *     Faults       what goes wrong, and when it is all healed
 *     Network      every message between machines
 *     Monitor      Decider, its durable state
 *     Machine      one node: its clock, what is suspended or down
 *       Keeper       KeeperRules, its durable memory
 *       Postgres     WAL by number, acknowledgements; Senders, Receiver, Ailments
 *     Truth        what was acknowledged, by which history: the invariants
 * </pre>
 */
@NullMarked
package dev.holdfast.ha.simulation;

import org.jspecify.annotations.NullMarked;

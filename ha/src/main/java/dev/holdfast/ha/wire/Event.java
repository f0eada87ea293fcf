package dev.holdfast.ha.wire;

import java.time.Instant;

/**
 * Something that happened to a cluster.
 *
 * @param at when, by the monitor's wall clock
 * @param epoch the epoch that it led to
 * @param revision the revision of the state that it led to
 * @param text the name of the rule that applied, or what an operator was answered
 */
public record Event(Instant at, long epoch, long revision, String text) {}

package dev.holdfast.ha.raft;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a member is, as the leader knows it.
 *
 * @param peer who
 * @param behind entries of the log that it has not confirmed yet; 0 for the leader
 * @param silence since it last answered; empty for the leader
 */
public record Progress(Peer peer, long behind, Optional<Duration> silence) {}

package dev.holdfast.ha.wire;

import dev.holdfast.domain.ServerAddress;

/**
 * An operator names a monitor that is to become a member; it runs, and has no group yet.
 *
 * @param service where it answers
 */
public record NewMonitor(ServerAddress service) {}

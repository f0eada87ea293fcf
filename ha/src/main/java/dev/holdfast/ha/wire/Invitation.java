package dev.holdfast.ha.wire;

/**
 * The leader asks a monitor without a group to join its own.
 *
 * @param incarnation of the monitor that is meant
 * @param group the group's
 */
public record Invitation(String incarnation, String group) {}

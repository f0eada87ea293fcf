package dev.holdfast.ha.health;

import java.util.OptionalLong;

/**
 * How a node is, for whoever balances load.
 *
 * @param cluster the cluster's name
 * @param name the node's name
 * @param role what PostgreSQL is
 * @param leads whether it is the primary on the monitor's order, which it still holds
 * @param synchronous whether it is a standby whose confirmation counts
 * @param timeline the timeline of its WAL
 * @param location how far its WAL is durable, PostgreSQL's text
 * @param lag of a standby: bytes that it has not replayed of what its primary had when it was heard
 *     last; empty when it does not stream
 * @param keeperAlive whether the keeper has looked at PostgreSQL lately
 */
public record NodeHealth(
    String cluster,
    String name,
    Role role,
    boolean leads,
    boolean synchronous,
    long timeline,
    String location,
    OptionalLong lag,
    boolean keeperAlive) {

  /** What a PostgreSQL is to a client. */
  public enum Role {
    /** Open for writing. */
    PRIMARY,
    /** A standby that answers. */
    REPLICA,
    /** Stopped, starting, or not answering. */
    NONE
  }

  /** A node of which nothing is known yet. */
  public static NodeHealth unknown(String cluster, String name) {
    return new NodeHealth(
        cluster, name, Role.NONE, false, false, 0, "0/0", OptionalLong.empty(), true);
  }

  boolean running() {
    return role != Role.NONE;
  }

  boolean isLeader() {
    return role == Role.PRIMARY && leads;
  }

  boolean isReplica() {
    return role == Role.REPLICA;
  }

  /** Whether it trails by no more than that. */
  boolean within(long bytes) {
    return lag.isPresent() && lag.getAsLong() <= bytes;
  }
}

package dev.holdfast.ha.keeper;

import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Server;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a keeper saw of its PostgreSQL at one look.
 *
 * @param server its state
 * @param answers whether it takes connections and answered
 * @param position how far its WAL is durable
 * @param exact false where that could not be found out, and the position is an earlier one
 * @param upstream the node that a WAL receiver may connect to, 0 for none
 * @param streamAlive whether a WAL receiver streams, and got something lately
 * @param lag bytes that a standby that streams has not replayed yet
 * @param streaming who streams from it, each with the nanoseconds since it was heard
 * @param postmaster its process
 * @param receiver the WAL receiver's process
 */
record Sight(
    Server server,
    boolean answers,
    Position position,
    boolean exact,
    int upstream,
    boolean streamAlive,
    OptionalLong lag,
    Map<NodeId, Long> streaming,
    OptionalLong postmaster,
    OptionalLong receiver) {
  Sight {
    streaming = Map.copyOf(streaming);
  }
}

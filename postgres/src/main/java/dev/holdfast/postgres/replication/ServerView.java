package dev.holdfast.postgres.replication;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a running server says of itself.
 *
 * @param recovery whether it is a standby
 * @param flushed how far its WAL is durable; of a standby, how far it has received or replayed
 * @param exact false for a standby that has not reached the end of the WAL in its own directory
 *     since it was started: it may hold more than it says
 * @param timeline of a primary, the one that it writes; of a standby, the one that it receives, if
 *     it does
 * @param version the number of the settings that it has read, 0 when they are not ours
 * @param confirming of a primary, its {@code synchronous_standby_names}, whoever set them
 * @param senders who streams from it
 * @param lag of a standby that streams, bytes that it has not replayed of what the other side had
 *     when it was heard last
 * @param received changes with everything that a WAL receiver gets; empty when there is none
 */
public record ServerView(
    boolean recovery,
    Lsn flushed,
    boolean exact,
    Optional<Timeline> timeline,
    long version,
    String confirming,
    List<WalSender> senders,
    OptionalLong lag,
    String received) {
  /** Copies the list. */
  public ServerView {
    senders = List.copyOf(senders);
  }
}

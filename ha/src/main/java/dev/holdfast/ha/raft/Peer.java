package dev.holdfast.ha.raft;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.protocol.RaftPeer;

/**
 * One member.
 *
 * @param name as people call it, letters, digits, hyphens and underscores
 * @param incarnation what its directory chose when it was made, 16 hexadecimal digits: a member
 *     that lost its directory is another member, whatever its name
 * @param agreement where members talk to each other
 * @param service where it serves others
 */
public record Peer(
    String name, String incarnation, ServerAddress agreement, ServerAddress service) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,40}");
  private static final Pattern ID =
      Pattern.compile("(?<name>[^.]+)\\.(?<incarnation>[0-9a-f]{16})");

  /** Checks the name. */
  public Peer {
    if (!NAME.matcher(name).matches()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + name + "' is not a name for a monitor",
          "Use letters, digits, hyphens and underscores, 40 at most.");
    }
  }

  /** What nobody else is ever called. */
  public String id() {
    return name + "." + incarnation;
  }

  RaftPeer toRaft() {
    return RaftPeer.newBuilder()
        .setId(id())
        .setAddress(agreement.toString())
        // Ratis's clients would come here; there are none, so it is ours to use.
        .setClientAddress(service.toString())
        .build();
  }

  static Peer of(RaftPeer peer) {
    Matcher id = ID.matcher(peer.getId().toString());
    if (!id.matches()) {
      throw new IllegalStateException("a member that is none of ours: " + peer);
    }
    return new Peer(
        id.group("name"),
        id.group("incarnation"),
        ServerAddress.parse(peer.getAddress()),
        ServerAddress.parse(peer.getClientAddress()));
  }
}

package dev.holdfast.ha.wire;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Testimony;
import java.util.Map;

/**
 * A keeper tells a monitor that does not know its node all that it knows itself.
 *
 * @param testimony of the cluster
 * @param endpoint where its PostgreSQL is
 * @param secret the password with which the nodes stream from each other
 * @param peers every node of the cluster, and where it was last
 */
public record Testifying(
    Testimony testimony, ServerAddress endpoint, String secret, Map<NodeId, ServerAddress> peers) {
  /** Copies the map. */
  public Testifying {
    peers = Map.copyOf(peers);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "Testifying[" + testimony + "]";
  }
}

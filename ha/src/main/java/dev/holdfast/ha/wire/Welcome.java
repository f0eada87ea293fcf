package dev.holdfast.ha.wire;

import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Settings;

/**
 * A keeper's identity, and the password of the role with which nodes stream from each other.
 *
 * @param node who the keeper's node is from now on
 * @param secret 32 characters or more, letters, digits, hyphens and underscores; the same for all
 *     nodes of the cluster
 * @param settings the cluster's
 */
public record Welcome(NodeId node, String secret, Settings settings) {
  /** Without the secret. */
  @Override
  public String toString() {
    return "Welcome[node=" + node + "]";
  }
}

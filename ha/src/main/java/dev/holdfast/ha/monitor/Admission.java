package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.wire.Existing;
import dev.holdfast.ha.wire.Joining;
import java.util.Map;

/**
 * Whether a keeper that asks for an identity may have one, given what is in its data directory. The
 * first node becomes the primary, so it must be none that follows another; all others follow it, so
 * they must be none that somebody writes to, nor of another cluster.
 *
 * @param cluster its name
 * @param systemIdentifier the primary's, empty while it is not known
 */
record Admission(
    String cluster,
    ClusterState state,
    Map<NodeId, ServerAddress> endpoints,
    String systemIdentifier) {

  /**
   * Throws when it may not. Who has been given one gets it again.
   *
   * @throws HoldfastException db-mismatch (58)
   */
  void refuse(Joining joining) {
    if (state.nodes().values().stream().anyMatch(node -> node.token() == joining.token())) {
      return;
    }
    Existing existing = joining.existing();
    if (state.grant().isEmpty()) {
      refuseAStandbyAsTheFirst(existing);
      return;
    }
    if (existing.writes()) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "PostgreSQL of '"
              + joining.name()
              + "' takes writes, and cluster '"
              + cluster
              + "' has a primary already, at "
              + primary(),
          "Is it the primary of another cluster? Then give it a stanza of its own.",
          "If what only it holds may be given up, stop it, remove its data directory, and start its"
              + " keeper: it is copied from the primary.");
    }
    if (existing.running() && systemIdentifier.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "nobody knows yet which cluster '" + cluster + "' is: its primary's keeper is not heard",
          "Start the keeper beside the primary, at " + primary() + ", and try again.");
    }
    boolean known = !existing.systemIdentifier().isEmpty() && !systemIdentifier.isEmpty();
    if (known && !existing.systemIdentifier().equals(systemIdentifier)) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "the data of '"
              + joining.name()
              + "' are of another cluster: their system identifier is "
              + existing.systemIdentifier()
              + ", and that of '"
              + cluster
              + "' is "
              + systemIdentifier,
          "Is this the right stanza? A node without data is copied from the primary.");
    }
  }

  private void refuseAStandbyAsTheFirst(Existing existing) {
    if (existing.standby()) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "cluster '"
              + cluster
              + "' has no node yet, and its first is its primary; this is a standby"
              + (existing.upstream().isEmpty() ? "" : " of " + existing.upstream()),
          "Adopt its primary first, then this one.");
    }
  }

  private String primary() {
    ServerAddress address = endpoints.get(state.grant().orElseThrow().holder());
    return address == null ? "an address that it has not said" : address.toString();
  }
}

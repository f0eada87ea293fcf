package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.KeeperMemory;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Settings;
import dev.holdfast.ha.wire.Welcome;
import java.util.Map;
import java.util.Optional;

/**
 * What a keeper has on disk.
 *
 * @param format the version of this record
 * @param token what it registered with
 * @param incarnation how often it was started
 * @param memory what the rules rest on; empty until it has an identity
 * @param secret the password of the role with which nodes stream from each other
 * @param settings the cluster's, as they were heard last
 * @param peers where the nodes are, as was heard last
 */
record KeeperRecord(
    int format,
    long token,
    long incarnation,
    Optional<KeeperMemory> memory,
    String secret,
    Settings settings,
    Map<NodeId, ServerAddress> peers) {
  static final int FORMAT = 1;

  KeeperRecord {
    peers = Map.copyOf(peers);
  }

  /** One that has never registered. */
  static KeeperRecord fresh(long token) {
    return new KeeperRecord(FORMAT, token, 0, Optional.empty(), "", Settings.DEFAULT, Map.of());
  }

  /** The last accepted order. */
  Optional<Order> order() {
    return memory.flatMap(KeeperMemory::order);
  }

  KeeperRecord started() {
    return new KeeperRecord(format, token, incarnation + 1, memory, secret, settings, peers);
  }

  KeeperRecord welcomed(Welcome welcome) {
    return new KeeperRecord(
        format,
        token,
        incarnation,
        Optional.of(KeeperMemory.of(welcome.node())),
        welcome.secret(),
        welcome.settings(),
        peers);
  }

  KeeperRecord remembering(KeeperMemory next) {
    return new KeeperRecord(format, token, incarnation, Optional.of(next), secret, settings, peers);
  }

  KeeperRecord hearing(Settings newSettings, Map<NodeId, ServerAddress> newPeers) {
    return new KeeperRecord(format, token, incarnation, memory, secret, newSettings, newPeers);
  }
}

package dev.holdfast.ha.raft;

import dev.holdfast.ha.tls.Credentials;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.PeerProxyMap;

/**
 * Connections to the other members that begin anew where Ratis would keep them:
 *
 * <ul>
 *   <li>when the own certificate has changed, since a connection goes on showing the former one,
 *       which the other end stops to believe once it has ended;
 *   <li>when a member is silent. After a break of the network TCP sends again only after as long as
 *       the break lasted, minutes perhaps, and a new connection is there at once.
 * </ul>
 */
final class Reconnection implements AutoCloseable {
  private static final long LOOK_MILLIS = 500;

  /** Much longer than an election takes: somebody who has been silent for so long is away. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private final PeerProxyMap<?> connections;
  private final RaftServer.Division division;
  private final WatchedCredentials watched;
  private final Map<RaftPeerId, Long> begun = new HashMap<>();
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("reconnection").factory());
  private Credentials shown;
  private long led = System.nanoTime();

  /** Of one member, until it is closed. */
  Reconnection(
      PeerProxyMap<?> connections, RaftServer.Division division, WatchedCredentials watched) {
    this.connections = connections;
    this.division = division;
    this.watched = watched;
    this.shown = watched.current();
    executor.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      beginAnew();
    } catch (RuntimeException e) {
      // Whatever it was, perhaps that the member is being closed: the next look tries again, which
      // it would not after an exception.
    }
  }

  private void beginAnew() {
    Credentials now = watched.current();
    if (now != shown) {
      shown = now;
      others().forEach(this::begin);
      return;
    }
    long time = System.nanoTime();
    for (RaftPeerId silent : silent(time)) {
      Long before = begun.get(silent);
      if (before == null || time - before >= SILENCE.toNanos()) {
        begin(silent);
      }
    }
  }

  private void begin(RaftPeerId peer) {
    begun.put(peer, System.nanoTime());
    // The former one is given some seconds to end in peace.
    Thread.ofVirtual().name("reconnection " + peer).start(() -> connections.resetProxy(peer));
  }

  private List<RaftPeerId> others() {
    Collection<RaftPeer> members = division.getRaftConf().getAllPeers();
    return members.stream()
        .map(RaftPeer::getId)
        .filter(id -> !id.equals(division.getId()))
        .toList();
  }

  /** A leader calls everybody; who knows of none calls for votes; all others wait to be called. */
  private List<RaftPeerId> silent(long time) {
    DivisionInfo info = division.getInfo();
    if (info.isLeader()) {
      led = time;
      return info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList().stream()
          .filter(each -> each.getLastRpcElapsedTimeMs() >= SILENCE.toMillis())
          .map(each -> RaftPeerId.valueOf(each.getId().getId()))
          .toList();
    }
    if (info.getLeaderId() != null) {
      led = time;
    }
    return time - led >= SILENCE.toNanos() ? others() : List.of();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

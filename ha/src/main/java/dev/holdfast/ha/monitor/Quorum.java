package dev.holdfast.ha.monitor;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.raft.Peer;
import dev.holdfast.ha.tls.WatchedCredentials;
import dev.holdfast.ha.wire.MemberView;
import dev.holdfast.ha.wire.MonitorsClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Whether a majority of the monitors knows of no later term than this monitor's, asked after a
 * question came: then nobody else led when it came. No clock is involved, so neither a clock that
 * drifts nor a host that was suspended makes a former leader believe that it still is one.
 *
 * <p>Each of the others is asked by a thread of its own, one question at a time, which counts for
 * all who came before it was sent.
 */
final class Quorum implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(1);
  private static final long AFTER_FAILURE_NANOS = 50_000_000;

  private final Peer self;
  private final String group;
  private final long term;
  private final Supplier<List<Set<Peer>>> majorities;
  private final Optional<WatchedCredentials> credentials;
  private final Map<Peer, Asked> asked = new HashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wanted = lock.newCondition();
  private final Condition answered = lock.newCondition();
  private long newest;
  private boolean over;

  /** Another monitor; used under the lock, but for its client. */
  private static final class Asked {
    private final MonitorsClient client;
    private long sent;
    private long confirmed;

    Asked(MonitorsClient client) {
      this.client = client;
    }
  }

  /**
   * For one leadership.
   *
   * @param majorities of each of these sets more than half have to agree
   * @param credentials with which the others are asked
   */
  Quorum(
      Peer self,
      String group,
      long term,
      Supplier<List<Set<Peer>>> majorities,
      Optional<WatchedCredentials> credentials) {
    this.self = self;
    this.group = group;
    this.term = term;
    this.majorities = majorities;
    this.credentials = credentials;
  }

  /** Whether nobody else led when this was called; false when nobody says so within a second. */
  boolean confirm() {
    lock.lock();
    try {
      long ticket = ++newest;
      List<Set<Peer>> sets = majorities.get();
      sets.forEach(this::ask);
      wanted.signalAll();
      long left = ANSWER.toNanos();
      while (!over && left > 0 && !agreed(sets, ticket)) {
        left = answered.awaitNanos(left);
      }
      return !over && agreed(sets, ticket);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void ask(Set<Peer> peers) {
    for (Peer peer : peers) {
      if (!peer.equals(self) && !asked.containsKey(peer) && !over) {
        Asked other = new Asked(MonitorsClient.amongMonitors(peer.service(), ANSWER, credentials));
        asked.put(peer, other);
        Thread.ofVirtual().name("quorum " + peer.name()).start(() -> askAgainAndAgain(peer, other));
      }
    }
  }

  private boolean agreed(List<Set<Peer>> sets, long ticket) {
    for (Set<Peer> set : sets) {
      long agree = set.stream().filter(peer -> agrees(peer, ticket)).count();
      if (agree * 2 <= set.size()) {
        return false;
      }
    }
    return true;
  }

  private boolean agrees(Peer peer, long ticket) {
    Asked other = asked.get(peer);
    return peer.equals(self) || (other != null && other.confirmed >= ticket);
  }

  private void askAgainAndAgain(Peer peer, Asked other) {
    lock.lock();
    try {
      while (!over) {
        if (other.sent == newest) {
          wanted.await();
          continue;
        }
        long ticket = newest;
        other.sent = ticket;
        lock.unlock();
        boolean agrees;
        try {
          agrees = agrees(peer, other.client);
        } finally {
          lock.lock();
        }
        if (agrees) {
          other.confirmed = ticket;
          answered.signalAll();
        } else if (!over) {
          wanted.awaitNanos(AFTER_FAILURE_NANOS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
      other.client.close();
    }
  }

  private boolean agrees(Peer peer, MonitorsClient client) {
    try {
      MemberView view = client.member();
      return view.id().equals(peer.id())
          && view.group().filter(group::equals).isPresent()
          && view.term() <= term;
    } catch (HoldfastException e) {
      return false;
    }
  }

  /** Confirms nothing any more. */
  @Override
  public void close() {
    lock.lock();
    try {
      over = true;
      wanted.signalAll();
      answered.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

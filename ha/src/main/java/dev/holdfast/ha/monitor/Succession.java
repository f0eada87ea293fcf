package dev.holdfast.ha.monitor;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.raft.LeadershipLostException;
import dev.holdfast.ha.raft.Peer;
import dev.holdfast.ha.raft.Replica;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides while this monitor leads. A leadership begins with the clusters as a majority has them,
 * as a monitor that was restarted begins: nobody was heard yet, and a lease may have been given the
 * moment before. It ends with the term, or with the first write of which it is not known whether it
 * is in force; then all that was thought is forgotten, and if this monitor still leads, another
 * leadership begins.
 */
final class Succession implements Authority, AutoCloseable {
  private static final long LOOK_MILLIS = 200;
  private static final Duration SETTLING = Duration.ofSeconds(2);

  private final Replica replica;
  private final Peer self;
  private final String group;
  private final Predecessor predecessor;
  private final Optional<WatchedCredentials> credentials;
  private final MonitorNews news;
  private final Clock wall;
  private final LongSupplier clock;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("succession").factory());

  /** What is answered from; whoever takes it away makes sure that it is told no more. */
  private volatile @Nullable Reign reign;

  private volatile boolean closed;
  private String trouble = "";

  /** From when this monitor leads until it does not. */
  private record Reign(long term, Clusters clusters, Quorum quorum) {}

  Succession(
      Replica replica,
      Peer self,
      String group,
      Predecessor predecessor,
      Optional<WatchedCredentials> credentials,
      MonitorNews news,
      Clock wall,
      LongSupplier clock) {
    this.replica = replica;
    this.self = self;
    this.group = group;
    this.predecessor = predecessor;
    this.credentials = credentials;
    this.news = news;
    this.wall = wall;
    this.clock = clock;
    executor.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Who leads may have changed. */
  void changed() {
    try {
      executor.execute(this::look);
    } catch (RejectedExecutionException e) {
      // It is closed.
    }
  }

  @Override
  public Clusters clusters() {
    Reign now = reign;
    if (now == null) {
      throw elsewhere();
    }
    return now.clusters();
  }

  @Override
  public void confirm(Clusters clusters) {
    Reign now = reign;
    if (now == null || now.clusters() != clusters || !now.quorum().confirm() || !leads(now)) {
      throw elsewhere();
    }
  }

  /** The term in which this monitor leads, made sure of. */
  long confirmedTerm() {
    Reign now = reign;
    if (now == null || !now.quorum().confirm() || !leads(now)) {
      throw elsewhere();
    }
    return now.term();
  }

  private boolean leads(Reign now) {
    return reign == now && replica.leads().orElse(-1) == now.term();
  }

  private NotDeciding elsewhere() {
    Optional<Peer> leader = replica.leader().filter(peer -> !peer.equals(self));
    return new NotDeciding(
        leader.isPresent()
            ? "monitor '" + leader.get().name() + "' decides, not this one"
            : "no monitor is known to decide at the moment",
        leader.map(Peer::service));
  }

  /** On the one thread of the executor. */
  private void look() {
    try {
      OptionalLong term = replica.leads();
      Reign now = reign;
      if (now != null && term.orElse(-1) != now.term()) {
        end(now);
      }
      if (reign == null && term.isPresent() && !closed) {
        begin(term.getAsLong());
      }
    } catch (LeadershipLostException e) {
      // The next look finds out who leads.
    } catch (HoldfastException e) {
      trouble("monitor '" + self.name() + "' leads, but cannot decide: " + e.describe());
    } catch (RuntimeException e) {
      trouble("unexpected, at a change of the leader: " + e);
    }
  }

  /** Says it once. */
  private void trouble(String text) {
    if (!text.equals(trouble)) {
      trouble = text;
      news.said(text);
    }
  }

  private void begin(long term) {
    // What an earlier leadership of this monitor left uncertain is in the log before this, or
    // never.
    replica.settle(term, SETTLING);
    Quorum quorum = new Quorum(self, group, term, replica::majorities, credentials);
    try {
      ReplicatedStore store = new ReplicatedStore(replica, term, () -> forsake(term));
      predecessor.handOver(store);
      Clusters clusters = new Clusters(new Surroundings(store, news, wall, clock));
      reign = new Reign(term, clusters, quorum);
      news.said("monitor '" + self.name() + "' decides from now on, in term " + term);
    } catch (RuntimeException e) {
      quorum.close();
      throw e;
    }
  }

  /** Something was written, or not: nothing is told any more of what is thought here. */
  private void forsake(long term) {
    Reign now = reign;
    if (now != null && now.term() == term) {
      reign = null;
      now.quorum().close();
      // The thread that failed to write holds its cluster: it is closed by another.
      try {
        executor.execute(now.clusters()::close);
      } catch (RejectedExecutionException e) {
        // All of it is being closed.
      }
      changed();
    }
  }

  private void end(Reign now) {
    reign = null;
    now.quorum().close();
    now.clusters().close();
    news.said("monitor '" + self.name() + "' does not decide any more");
  }

  @Override
  public void close() {
    closed = true;
    Reign now = reign;
    reign = null;
    if (now != null) {
      now.quorum().close();
      now.clusters().close();
    }
    executor.shutdownNow();
  }
}

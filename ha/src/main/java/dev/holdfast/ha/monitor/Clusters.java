package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.ha.decide.ClusterState;
import dev.holdfast.ha.decide.Rebuilding;
import dev.holdfast.ha.wire.Testifying;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** All clusters of a monitor, and the one timer that they share. */
final class Clusters implements AutoCloseable {
  private static final long TICK_MILLIS = 100;
  private static final int MOST_CLUSTERS = 10_000;
  private static final int LONGEST_NAME = 200;
  private static final int RESUMED_AT_ONCE = 32;

  private final Surroundings surroundings;
  private final Map<String, Cluster> byName = new ConcurrentSkipListMap<>();
  private final Map<String, Testimonies> testimonies = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("monitor timer").factory());

  /** Those that an earlier monitor left. */
  Clusters(Surroundings surroundings) {
    this.surroundings = surroundings;
    try {
      resume(surroundings.store().read());
    } catch (RuntimeException e) {
      timer.shutdownNow();
      throw e;
    }
    timer.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Several at once: each writes that it was resumed, and most of that is waiting. */
  private void resume(List<StoredCluster> stored) {
    try (ExecutorService workers =
        Executors.newFixedThreadPool(RESUMED_AT_ONCE, Thread.ofVirtual().factory())) {
      List<CompletableFuture<Cluster>> resumed =
          stored.stream()
              .map(each ->
                  CompletableFuture.supplyAsync(() -> Cluster.resumed(each, surroundings), workers))
              .toList();
      for (int i = 0; i < stored.size(); i++) {
        byName.put(stored.get(i).cluster(), resumed.get(i).join());
      }
    } catch (CompletionException e) {
      throw e.getCause() instanceof HoldfastException known ? known : e;
    }
  }

  List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /**
   * The cluster of a name.
   *
   * @throws HoldfastException db-missing (80) when no node of it has registered
   */
  Cluster named(String name) {
    @Nullable Cluster cluster = byName.get(name);
    if (cluster == null) {
      throw new HoldfastException(
          ErrorCode.DB_MISSING,
          "the monitor knows no cluster '" + name + "'",
          isTestified(name)
              ? "Its nodes know of another monitor: holdfast monitors rebuild goes on from what"
                  + " they know."
              : byName.isEmpty()
                  ? "A cluster begins when its first node's keeper starts."
                  : "See option stanza, and the monitor's clusters in the directory monitor-path.");
    }
    return cluster;
  }

  /**
   * The cluster of a name, which begins here if it has to.
   *
   * @throws HoldfastException option-invalid-value (32) when it is no name for one; access (105)
   *     when there are too many
   */
  Cluster joined(String name) {
    String valid = new StanzaName(name).text();
    if (valid.length() > LONGEST_NAME) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE, "the cluster's name is longer than " + LONGEST_NAME);
    }
    if (byName.size() >= MOST_CLUSTERS && !byName.containsKey(valid)) {
      throw new HoldfastException(
          ErrorCode.ACCESS, "the monitor has " + MOST_CLUSTERS + " clusters, and takes no more");
    }
    if (!byName.containsKey(valid) && isTestified(valid)) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "nodes of cluster '" + name + "' know of another monitor",
          "It must not begin anew: holdfast monitors rebuild goes on from what they know.");
    }
    return byName.computeIfAbsent(valid, key -> Cluster.forming(key, surroundings));
  }

  private boolean isTestified(String name) {
    @Nullable Testimonies said = testimonies.get(name);
    return said != null && !said.fresh().isEmpty();
  }

  /** A keeper says what it knows of a cluster that this monitor does not know, or not enough. */
  void testify(String name, Testifying testifying) {
    String valid = new StanzaName(name).text();
    if (testimonies.size() < MOST_CLUSTERS || testimonies.containsKey(valid)) {
      testimonies
          .computeIfAbsent(valid, key -> new Testimonies(surroundings::now))
          .note(testifying);
    }
  }

  /**
   * Makes a cluster's state anew from what its keepers say.
   *
   * @param dryRun whether only to say what would be done
   * @return what is done
   * @throws HoldfastException service (101) when it cannot be; it says why
   */
  synchronized String rebuild(String name, boolean othersAreGone, boolean dryRun) {
    @Nullable Cluster before = byName.get(name);
    if (before != null && before.hears()) {
      throw new HoldfastException(
          ErrorCode.SERVICE, "cluster '" + name + "' is known, and its nodes are heard");
    }
    Testimonies said = testimonies.getOrDefault(name, new Testimonies(surroundings::now));
    Rebuilding rebuilding = said.rebuilding(othersAreGone);
    if (rebuilding.state().isEmpty()) {
      throw new HoldfastException(ErrorCode.SERVICE, rebuilding.text(), rebuilding.hint());
    }
    if (!dryRun) {
      ClusterState state = rebuilding.state().get();
      StoredCluster stored =
          StoredCluster.of(
              name,
              said.secretOf(state.grant().orElseThrow().holder()),
              state,
              said.endpoints(),
              List.of());
      if (before != null) {
        before.close();
      }
      surroundings.store().write(stored);
      byName.put(name, Cluster.resumed(stored, surroundings));
      byName.get(name).rebuilt(rebuilding.text());
      testimonies.remove(name);
    }
    return rebuilding.text();
  }

  private void tick() {
    for (Cluster each : byName.values()) {
      try {
        each.tick();
      } catch (RuntimeException e) {
        // A timer that throws never comes again, for any cluster.
        each.trouble(e);
      }
    }
  }

  /** Nothing is written any more once this returns. */
  @Override
  public void close() {
    timer.shutdownNow();
    byName.values().forEach(Cluster::close);
  }
}

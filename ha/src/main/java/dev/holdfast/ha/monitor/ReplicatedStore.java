package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.raft.LeadershipLostException;
import dev.holdfast.ha.raft.Register;
import dev.holdfast.ha.raft.Replica;
import dev.holdfast.ha.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The clusters' states as a majority of the monitors has them, for as long as one of them leads.
 * The first write of which it is not known whether it is in force is its last.
 */
final class ReplicatedStore implements ClusterStore {
  /** Longer than a majority takes that is there, shorter than keepers wait. */
  private static final Duration DECISION = Duration.ofMillis(1500);

  private final Replica replica;
  private final long term;
  private final Runnable lost;
  private final Map<String, Long> versions = new ConcurrentHashMap<>();

  /**
   * Of one leadership.
   *
   * @param term in which this monitor leads
   * @param lost called when a write failed
   */
  ReplicatedStore(Replica replica, long term, Runnable lost) {
    this.replica = replica;
    this.term = term;
    this.lost = lost;
  }

  @Override
  public List<StoredCluster> read() {
    List<StoredCluster> clusters = new ArrayList<>();
    replica
        .content()
        .forEach((name, register) -> {
          versions.put(name, register.version());
          clusters.add(parse(name, register));
        });
    return clusters;
  }

  private static StoredCluster parse(String name, Register register) {
    try {
      StoredCluster cluster = Json.read(register.value(), StoredCluster.class);
      if (cluster.format() == StoredCluster.FORMAT && cluster.cluster().equals(name)) {
        return cluster;
      }
    } catch (HoldfastException e) {
      throw unknown(name, e);
    }
    throw unknown(name, null);
  }

  private static HoldfastException unknown(String name, @Nullable HoldfastException cause) {
    return new HoldfastException(
        ErrorCode.VERSION_NOT_SUPPORTED,
        "the replicated state of cluster '"
            + name
            + "' is none that this version knows"
            + (cause == null ? "" : ": " + cause.getMessage()),
        cause,
        "Another monitor of a newer version wrote it: run that version here too.");
  }

  @Override
  public void write(StoredCluster cluster) {
    String name = cluster.cluster();
    try {
      long follows = versions.getOrDefault(name, 0L);
      versions.put(name, replica.write(term, name, follows, Json.write(cluster), DECISION));
    } catch (LeadershipLostException e) {
      lost.run();
      throw e;
    }
  }
}

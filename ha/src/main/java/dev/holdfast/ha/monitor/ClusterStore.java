package dev.holdfast.ha.monitor;

import dev.holdfast.domain.HoldfastException;
import java.util.List;

/** Where the decided state of clusters outlives the monitor that decided it. */
interface ClusterStore {
  /**
   * All clusters, in the order of their names.
   *
   * @throws HoldfastException file-invalid (28) when one of them cannot be understood,
   *     version-not-supported (46) when a newer version wrote it, file-read (42)
   */
  List<StoredCluster> read();

  /**
   * Makes a state durable in the place of the one before.
   *
   * @throws HoldfastException when it is not known to be durable. Of a file the state before is
   *     then in force, or this one, and it may be tried again. {@link
   *     dev.holdfast.ha.raft.LeadershipLostException} says that it may not: that whoever decides
   *     next has to read anew what is in force
   */
  void write(StoredCluster cluster);
}

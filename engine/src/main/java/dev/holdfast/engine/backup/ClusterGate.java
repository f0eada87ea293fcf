package dev.holdfast.engine.backup;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.manifest.ManifestDb;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a backup asks of the cluster: {@link StoppedCluster} when it does not run, and an
 * implementation over SQL when it does.
 */
public interface ClusterGate extends AutoCloseable {
  /** Whether the cluster runs, so that its WAL completes the backup. */
  boolean isOnline();

  /** The server's time, milliseconds since 1970: files' times are compared with it. */
  long timeMillis();

  /**
   * Keeps other backups of the cluster out, those of other hosts too, until this is closed. Before
   * it has returned nothing may be removed from the repository that another backup could be making.
   *
   * @throws dev.holdfast.domain.HoldfastException lock-acquire (50)
   */
  void keepOthersOut();

  /**
   * Announces the backup, and waits on a standby until it has replayed as far.
   *
   * @param label shown in the cluster's own views
   */
  Start start(String label);

  /** Ends the backup. */
  Stop stop();

  /**
   * The databases, by name; empty when the cluster does not run. Asked for when the backup begins:
   * at its end the server may be gone, which would be a pity after hours of copying.
   */
  List<ManifestDb> databases();

  /** The names of the tablespaces by oid; null when the cluster does not run. */
  @Nullable Map<Long, String> tablespaces();

  /**
   * Keeps the sessions alive, and notices when the cluster has changed its part or is gone. Called
   * every second while files are copied, by one thread at a time but not always the same.
   */
  void ping();

  /** Gives the session up, which ends a backup that was not stopped. */
  @Override
  void close();

  /**
   * Where a backup begins.
   *
   * @param lsn where replay begins; empty offline
   * @param segment the segment that holds it; empty offline
   * @param segmentToCheck a segment that is complete, so that its arrival in the archive shows that
   *     archiving works before hours of copying; empty when that was not asked for
   */
  record Start(
      Optional<Lsn> lsn, Optional<WalSegment> segment, Optional<WalSegment> segmentToCheck) {
    static final Start OFFLINE = new Start(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Where a backup ends.
   *
   * @param lsn where it is consistent; empty offline
   * @param segment the last segment that it needs; empty offline
   * @param files files that the server gives the backup, by name: backup_label, tablespace_map
   */
  record Stop(Optional<Lsn> lsn, Optional<WalSegment> segment, Map<String, String> files) {
    static final Stop OFFLINE = new Stop(Optional.empty(), Optional.empty(), Map.of());

    /** Copies the map. */
    public Stop {
      files = Map.copyOf(files);
    }
  }
}

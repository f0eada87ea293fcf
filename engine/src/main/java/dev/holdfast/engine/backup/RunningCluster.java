package dev.holdfast.engine.backup;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.session.BackupStart;
import dev.holdfast.postgres.session.BackupStop;
import dev.holdfast.postgres.session.ClusterSet;
import dev.holdfast.postgres.session.PgCluster;
import dev.holdfast.postgres.session.Session;
import dev.holdfast.repository.manifest.ManifestDb;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A cluster that runs: the backup is begun and ended by its primary, over SQL. */
public final class RunningCluster implements ClusterGate {
  private final ClusterSet clusters;
  private final PgCluster primary;
  private final boolean fast;
  private final boolean checkArchive;
  private final Duration replayTimeout;

  /**
   * Takes over the sessions.
   *
   * @param clusters the primary, and the standby that relation files are read from if there is one
   * @param fast whether to force a checkpoint
   * @param checkArchive whether a segment's arrival in the archive is waited for before copying
   * @param replayTimeout how long a standby may make no progress
   */
  public RunningCluster(
      ClusterSet clusters, boolean fast, boolean checkArchive, Duration replayTimeout) {
    this.clusters = clusters;
    this.primary = clusters.requirePrimary();
    this.fast = fast;
    this.checkArchive = checkArchive;
    this.replayTimeout = replayTimeout;
  }

  @Override
  public boolean isOnline() {
    return true;
  }

  @Override
  public long timeMillis() {
    return primary.session().timeMillis();
  }

  @Override
  public void keepOthersOut() {
    primary.session().lockBackups();
  }

  @Override
  public Start start(String label) {
    BackupStart start = primary.startBackup(fast, checkArchive);
    PgCluster standby = clusters.standby();
    if (standby != null) {
      standby.waitForReplay(start.lsn(), start.segment().timeline(), replayTimeout);
    }
    return new Start(
        Optional.of(start.lsn()),
        Optional.of(start.segment()),
        Optional.ofNullable(start.segmentToCheck()));
  }

  @Override
  public Stop stop() {
    // The last files may have been copied since the clusters were last looked at.
    primary.pingNow();
    PgCluster standby = clusters.standby();
    if (standby != null) {
      standby.pingNow();
    }
    BackupStop stop = primary.stopBackup();
    Map<String, String> files = new LinkedHashMap<>();
    files.put("backup_label", stop.backupLabel());
    String tablespaceMap = stop.tablespaceMap();
    if (tablespaceMap != null && !tablespaceMap.isEmpty()) {
      files.put("tablespace_map", tablespaceMap);
    }
    return new Stop(Optional.of(stop.lsn()), Optional.of(stop.segment()), files);
  }

  @Override
  public List<ManifestDb> databases() {
    Session session = primary.session();
    return session.databases().stream()
        .map(db -> new ManifestDb(db.name(), db.oid(), db.lastSystemOid()))
        .toList();
  }

  @Override
  public @Nullable Map<Long, String> tablespaces() {
    return primary.session().tablespaces();
  }

  @Override
  public void ping() {
    primary.ping();
    PgCluster standby = clusters.standby();
    if (standby != null) {
      standby.ping();
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new HoldfastException(ErrorCode.TERM, "terminated on signal");
    }
  }

  @Override
  public void close() {
    clusters.close();
  }
}

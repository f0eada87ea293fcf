package dev.holdfast.engine.check;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.archive.ArchivedSegmentWait;
import dev.holdfast.postgres.session.ClusterSet;
import dev.holdfast.postgres.session.PgCluster;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.archive.ArchivePath;
import dev.holdfast.repository.info.InfoStore;
import java.util.LinkedHashMap;
import java.util.Map;

/** check: a rehearsal of what archiving and backups rely on. */
public final class Check {
  private final CheckRequest request;
  private final Reporter reporter;

  /** Checks when {@link #run} is called. */
  public Check(CheckRequest request, Reporter reporter) {
    this.request = request;
    this.reporter = reporter;
  }

  /**
   * Checks the clusters that answered.
   *
   * @throws HoldfastException config (27) if none answered, or only a standby where the primary
   *     should have; db-mismatch (58) if server and data directory are of different clusters;
   *     archive-disabled (87), feature-not-supported (67), archive-command-invalid (68) if it does
   *     not archive; file-invalid (28) and what loading throws if the stanza is another cluster's;
   *     archive-timeout (82) if a segment does not arrive
   */
  public void run(ClusterSet clusters) {
    clusters.warnings().forEach(reporter::warn);
    PgCluster primary = clusters.primary();
    PgCluster standby = clusters.standby();
    if (primary == null && standby == null) {
      throw new HoldfastException(
          ErrorCode.CONFIG, "no database found", "check indexed pg-path/pg-host configurations");
    }
    if (standby != null) {
      checkStandby(standby, primary != null);
    } else if (request.standbyExpected()) {
      reporter.warn("option 'backup-standby' is enabled but standby is not properly configured");
    }
    if (primary != null) {
      checkPrimary(primary);
    }
  }

  /**
   * Checks the standby that answered, on a host that does not have the primary.
   *
   * @throws HoldfastException as {@link #run} does
   */
  public void runOnStandby(ClusterSet clusters) {
    PgCluster standby = clusters.standby();
    if (standby != null) {
      checkStandby(standby, true);
    }
  }

  private void checkStandby(PgCluster standby, boolean primaryFound) {
    if (!primaryFound) {
      throw new HoldfastException(
          ErrorCode.CONFIG,
          "primary database not found",
          "check indexed pg-path/pg-host configurations");
    }
    standby.requireSameCluster();
    for (Repository repository : request.repositories()) {
      reporter.info("check repo" + repository.key() + " (standby)");
      StanzaInfoCheck.check(repository.infos(request.stanza()), standby.control());
    }
    reporter.info("switch wal not performed because this is a standby");
  }

  private void checkPrimary(PgCluster primary) {
    primary.requireSameCluster();
    if (request.archiveCheck()) {
      primary.requireArchiving(request.archiveModeCheck());
    }
    Map<Repository, ArchiveId> archives = new LinkedHashMap<>();
    for (Repository repository : request.repositories()) {
      reporter.info("check repo" + repository.key() + " configuration (primary)");
      InfoStore infos = repository.infos(request.stanza());
      StanzaInfoCheck.check(infos, primary.control());
      archives.put(repository, infos.archiveInfo().currentArchiveId());
    }
    WalSegment segment = primary.session().switchWal();
    archives.forEach((repository, id) -> await(repository, id, segment));
  }

  private void await(Repository repository, ArchiveId id, WalSegment segment) {
    reporter.info("check repo" + repository.key() + " archive for WAL (primary)");
    ArchivePath found =
        ArchivedSegmentWait.await(
            repository, request.stanza(), id, segment, request.archiveTimeout());
    reporter.info(
        "WAL segment %s successfully archived to '%s/%s' on repo%d"
            .formatted(
                segment,
                repository.storage().name(),
                found.path(request.stanza()),
                repository.key()));
  }
}

package dev.holdfast.engine.backup;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.repository.RepositoryFormat;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestCluster;
import dev.holdfast.repository.manifest.ManifestData;
import dev.holdfast.repository.manifest.ManifestDb;
import dev.holdfast.repository.manifest.ManifestFiles;
import dev.holdfast.repository.manifest.ManifestOptions;
import dev.holdfast.repository.manifest.ManifestPath;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a backup's manifest says, as far as it is known. */
record ManifestDraft(
    BackupRequest request,
    CopySettings settings,
    PriorChoice prior,
    int historyId,
    PgControl control,
    ClusterGate.Start start,
    List<ManifestDb> databases,
    long startSeconds,
    long copyStart,
    boolean delta,
    boolean online) {
  private static final long BUFFER_BYTES = 256 * 1024;

  /** The data directory itself. */
  ManifestPath base(BackupPlan plan) {
    return plan.paths().stream()
        .filter(path -> path.name().equals("pg_data"))
        .findFirst()
        .orElseThrow();
  }

  /** The manifest of a backup that is being made. */
  Manifest unfinished(BackupPlan plan, ManifestFiles files) {
    return manifest(plan, files, null, null, 0, List.of());
  }

  /** The manifest of a backup that is complete. */
  Manifest finished(BackupPlan plan, ManifestFiles files, ClusterGate.Stop stop, long stopSeconds) {
    return manifest(
        plan, files, stop.segment().orElse(null), stop.lsn().orElse(null), stopSeconds, databases);
  }

  private Manifest manifest(
      BackupPlan plan,
      ManifestFiles files,
      @Nullable WalSegment stopSegment,
      @Nullable Lsn stopLsn,
      long stopSeconds,
      List<ManifestDb> listed) {
    Manifest priorManifest = prior.manifest();
    BackupLabel priorLabel = priorManifest == null ? null : priorManifest.data().label();
    StoringOptions storing = settings.storing();
    return new Manifest(
        RepositoryFormat.VERSION,
        settings.pass(),
        new ManifestData(
            settings.label(),
            prior.type(),
            priorLabel,
            settings.references(),
            startSeconds,
            copyStart,
            stopSeconds,
            storing.bundle().isPresent(),
            settings.bundleRaw(),
            storing.blocks().isPresent(),
            start.segment().orElse(null),
            stopSegment,
            start.lsn().orElse(null),
            stopLsn,
            new TreeMap<>(request.annotations())),
        new ManifestCluster(
            historyId,
            control.systemId(),
            control.version(),
            Integer.toUnsignedLong(control.catalogVersion()),
            Integer.toUnsignedLong(control.controlVersion())),
        new ManifestOptions(
            request.archive().check() && online,
            request.archive().copy() && online,
            request.standbyPath().isPresent(),
            BUFFER_BYTES,
            settings.checksumPage(),
            storing.compression(),
            storing.level(),
            null,
            delta,
            storing.hardlink(),
            online,
            request.workers()),
        plan.targets(),
        plan.paths(),
        plan.links(),
        listed,
        files);
  }
}

package dev.holdfast.engine.backup;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupType;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestStore;
import org.jspecify.annotations.Nullable;

/**
 * The backup that a diff or incr is based on: the newest of the same cluster, and for a diff the
 * newest full one. Without one the backup becomes a full one.
 *
 * @param type the type that the backup really has
 * @param manifest the prior backup's manifest; null for a full backup
 * @param storing how files are stored: what cannot change within a set of backups is the prior's
 */
record PriorChoice(BackupType type, @Nullable Manifest manifest, StoringOptions storing) {

  static PriorChoice of(
      BackupRequest request, BackupInfo info, ManifestStore manifests, Reporter reporter) {
    StoringOptions storing = request.storing();
    if (request.type() == BackupType.FULL) {
      return new PriorChoice(BackupType.FULL, null, storing);
    }
    BackupEntry prior = null;
    for (BackupEntry backup : info.backups()) {
      boolean usable = request.type() == BackupType.INCR || backup.type() == BackupType.FULL;
      if (usable && backup.historyId() == info.history().currentId()) {
        prior = backup;
      }
    }
    if (prior == null) {
      reporter.warn(
          "no prior backup exists, "
              + request.type().option()
              + " backup has been changed to full");
      return new PriorChoice(BackupType.FULL, null, storing);
    }
    Manifest manifest = manifests.load(prior.label());
    reporter.info(
        "last backup label = " + manifest.data().label() + ", version = " + manifest.version());
    if (manifest.options().compression() != storing.compression()) {
      reporter.warn(
          "%s backup cannot alter compress-type option to '%s', reset to value in %s"
              .formatted(request.type().option(), storing.compression().option(), prior.label()));
      Integer level = manifest.options().compressLevel();
      CompressionType compression = manifest.options().compression();
      storing = storing.with(compression, level != null ? level : compression.defaultLevel());
    }
    if (manifest.options().hardlink() != storing.hardlink()) {
      reporter.warn(
          "%s backup cannot alter hardlink option to '%s', reset to value in %s"
              .formatted(request.type().option(), storing.hardlink(), prior.label()));
      storing =
          new StoringOptions(
              storing.compression(),
              storing.level(),
              storing.bundle(),
              storing.blocks(),
              manifest.options().hardlink());
    }
    return new PriorChoice(request.type(), manifest, storing);
  }
}

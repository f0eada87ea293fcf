package dev.holdfast.engine.catalog;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.ClusterEntry;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestStore;
import dev.holdfast.storage.StorageEntry;
import java.util.Optional;

/**
 * Makes the catalog say what the repository has: a backup whose manifest is gone leaves it, with
 * all that depend on it; a complete backup that it does not know (a crash came between the manifest
 * and the catalog, or another host wrote) enters it.
 */
public final class CatalogReconstruction {
  private final Repository repository;
  private final StanzaName stanza;
  private final Reporter reporter;

  /** Looks at one stanza of one repository. */
  public CatalogReconstruction(Repository repository, StanzaName stanza, Reporter reporter) {
    this.repository = repository;
    this.stanza = stanza;
    this.reporter = reporter;
  }

  /** The catalog as it should be; nothing is written. */
  public BackupInfo reconstruct(BackupInfo recorded) {
    ManifestStore manifests = repository.manifests(stanza, recorded);
    BackupInfo info = recorded;
    for (var backup : recorded.backups()) {
      if (info.backup(backup.label()).isPresent() && !manifests.isComplete(backup.label())) {
        for (BackupLabel gone : info.withDependants(backup.label()).reversed()) {
          reporter.warn("backup '" + gone + "' missing manifest removed from backup.info");
          info = info.without(java.util.List.of(gone));
        }
      }
    }
    for (StorageEntry entry : repository.storage().list(RepositoryLayout.backup(stanza))) {
      if (!entry.isPath() || !BackupLabel.isLabel(entry.name())) {
        continue;
      }
      BackupLabel label = new BackupLabel(entry.name());
      if (info.backup(label).isEmpty() && manifests.isComplete(label)) {
        info = add(info, manifests, label);
      }
    }
    return info;
  }

  private BackupInfo add(BackupInfo info, ManifestStore manifests, BackupLabel label) {
    Manifest manifest;
    try {
      manifest = manifests.load(label);
    } catch (HoldfastException e) {
      reporter.warn(
          "invalid backup '" + label + "' cannot be added to backup.info: " + e.describe());
      return info;
    }
    BackupLabel prior = manifest.data().prior();
    if (prior != null && info.backup(prior).isEmpty()) {
      reporter.warn(
          "invalid backup '"
              + label
              + "' cannot be added to current backups: prior backup '"
              + prior
              + "' does not exist");
      return info;
    }
    Optional<ClusterEntry> cluster = info.history().entry(manifest.cluster().historyId());
    if (cluster.isEmpty()
        || !cluster
            .get()
            .isSameCluster(manifest.cluster().systemId(), manifest.cluster().version())) {
      reporter.warn(
          "invalid backup '"
              + label
              + "' cannot be added to current backups: it is of a cluster that is not in the"
              + " history");
      return info;
    }
    reporter.warn("backup '" + label + "' found in repository added to backup.info");
    return info.with(BackupEntry.of(manifest));
  }
}

package dev.holdfast.engine.backup;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.catalog.BackupClaim;
import dev.holdfast.engine.catalog.CatalogReconstruction;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestPath;
import dev.holdfast.repository.manifest.ManifestStore;
import dev.holdfast.repository.manifest.ManifestTarget;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageFeature;

/**
 * Makes a backup whose data is stored complete and known: what shows it to people, then its
 * manifest, then the catalog.
 */
final class BackupCompletion {
  private final Repository repository;
  private final Storage storage;
  private final StanzaName stanza;
  private final BackupInfo recorded;
  private final BackupInfo known;
  private final Reporter reporter;

  /**
   * @param recorded the catalog as it was read when the backup began
   * @param known what it was found to be
   */
  BackupCompletion(
      Repository repository,
      StanzaName stanza,
      BackupInfo recorded,
      BackupInfo known,
      Reporter reporter) {
    this.repository = repository;
    this.storage = repository.storage();
    this.stanza = stanza;
    this.recorded = recorded;
    this.known = known;
    this.reporter = reporter;
  }

  /** A catalog as it should be. */
  static BackupInfo reconstructed(
      Repository repository, StanzaName stanza, BackupInfo recorded, Reporter reporter) {
    return new CatalogReconstruction(repository, stanza, reporter).reconstruct(recorded);
  }

  /**
   * Makes the directories, and the links to tablespaces, so that somebody who copies the backup's
   * directory has a whole cluster. That is so for full backups that lie file by file, and with
   * hardlinks for all.
   */
  void makeDirectories(CopySettings settings, BackupType type, BackupPlan plan) {
    boolean whole = type == BackupType.FULL && settings.storing().bundle().isEmpty();
    if (!storage.features().contains(StorageFeature.PATH)
        || !(whole || linksFiles(settings.storing().hardlink()))) {
      return;
    }
    String base = RepositoryLayout.backup(stanza, settings.label()) + "/";
    for (ManifestPath path : plan.paths()) {
      storage.createPath(base + path.name());
    }
    if (storage.features().contains(StorageFeature.SYMBOLIC_LINK)) {
      for (ManifestTarget target : plan.targets()) {
        if (target.tablespaceId() != 0) {
          storage.createLink(
              base + "pg_data/" + target.name(), "../../pg_tblspc/" + target.tablespaceId());
        }
      }
    }
  }

  /**
   * Completes a backup.
   *
   * @throws HoldfastException file-missing (55) when the backup that it is based on is gone;
   *     lock-acquire (50) when its own directory is no longer its own
   */
  BackupEntry complete(Manifest manifest, ManifestStore manifests, BackupClaim claim) {
    linkUnchanged(manifest);
    InfoStore infos = repository.infos(stanza);
    BackupInfo catalog = catalog(infos, manifest);
    claim.check();
    manifests.save(manifest);
    claim.release();
    BackupEntry entry = BackupEntry.of(manifest);
    infos.save(catalog.with(entry));
    if (storage.features().contains(StorageFeature.SYMBOLIC_LINK)) {
      storage.createLink(RepositoryLayout.latest(stanza), entry.label().text());
    }
    // Its time shows rules that remove old files that the stanza is in use.
    infos.save(infos.archiveInfo());
    return entry;
  }

  /**
   * The catalog, read again: another host may have expired or annotated backups, or made one, while
   * this one was being made.
   */
  private BackupInfo catalog(InfoStore infos, Manifest manifest) {
    BackupInfo now = infos.backupInfo();
    BackupInfo catalog =
        now.equals(recorded) ? known : reconstructed(repository, stanza, now, reporter);
    BackupLabel prior = manifest.data().prior();
    if (prior != null
        && (catalog.backup(prior).isEmpty()
            || storage.info(RepositoryLayout.manifest(stanza, prior)).isEmpty())) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          "backup '" + prior + "', which the new backup is based on, is gone from the repository",
          "Was it expired by another host while the backup was being made?",
          "Make the backup again.");
    }
    return catalog;
  }

  /** With hardlinks, the backup's directory shows every file, whichever backup stored it. */
  private void linkUnchanged(Manifest manifest) {
    if (!linksFiles(manifest.options().hardlink())) {
      return;
    }
    for (ManifestFile file : manifest.files()) {
      if (file.reference() != null && !file.isBundled()) {
        String existing = Repository.filePath(stanza, manifest, file);
        storage.createHardLink(
            existing, Repository.filePath(stanza, manifest, file.withReference(null)));
      }
    }
  }

  private boolean linksFiles(boolean hardlink) {
    return hardlink && storage.features().contains(StorageFeature.HARD_LINK);
  }
}

package dev.holdfast.engine.expire;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.catalog.UnfinishedBackups;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.manifest.ManifestStore;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Removes the directories of backups that the catalog does not have. The newest directory is spared
 * while it has a manifest's copy but no manifest: it may be resumed, or be the running backup of
 * another host. So is every other one that another host may be making.
 */
final class ExpiredFiles {
  private final Repository repository;
  private final ExpireRequest request;
  private final UnfinishedBackups unfinished;
  private final Reporter reporter;

  ExpiredFiles(Repository repository, ExpireRequest request, Clock clock, Reporter reporter) {
    this.repository = repository;
    this.request = request;
    this.unfinished = new UnfinishedBackups(repository.storage(), request.stanza(), clock);
    this.reporter = reporter;
  }

  void remove(BackupInfo kept) {
    Storage storage = repository.storage();
    List<BackupLabel> labels =
        storage.list(RepositoryLayout.backup(request.stanza())).stream()
            .filter(entry -> entry.isPath() && BackupLabel.isLabel(entry.name()))
            .map(StorageEntry::name)
            .map(BackupLabel::new)
            .sorted()
            .toList();
    for (BackupLabel label : labels.reversed()) {
      if (kept.backup(label).isPresent()
          || (label.equals(labels.getLast()) && isUnfinished(label, kept))
          || mayBeRunningElsewhere(label)) {
        continue;
      }
      reporter.info("repo" + repository.key() + ": remove expired backup " + label);
      if (!request.dryRun()) {
        storage.removeTree(RepositoryLayout.backup(request.stanza(), label));
      }
    }
  }

  private boolean mayBeRunningElsewhere(BackupLabel label) {
    return repository.storage().info(RepositoryLayout.manifest(request.stanza(), label)).isEmpty()
        && repository
            .storage()
            .info(RepositoryLayout.manifestCopy(request.stanza(), label))
            .isPresent()
        && unfinished.mayBeRunningElsewhere(label);
  }

  private boolean isUnfinished(BackupLabel label, BackupInfo kept) {
    Storage storage = repository.storage();
    boolean unfinished =
        storage.info(RepositoryLayout.manifest(request.stanza(), label)).isEmpty()
            && storage.info(RepositoryLayout.manifestCopy(request.stanza(), label)).isPresent();
    return unfinished && !lostItsPrior(label, kept);
  }

  /** After a set was expired by name, what was being made on top of it cannot be finished. */
  private boolean lostItsPrior(BackupLabel label, BackupInfo kept) {
    Optional<BackupLabel> set = request.set();
    if (set.isEmpty() || !label.full().equals(set.get().full())) {
      return false;
    }
    try {
      ManifestStore manifests = repository.manifests(request.stanza(), kept);
      BackupLabel prior = manifests.loadCopy(label).data().prior();
      return prior != null && kept.backup(prior).isEmpty();
    } catch (HoldfastException e) {
      // A copy that cannot be read may be in the middle of being written.
      return false;
    }
  }
}

package dev.holdfast.engine.catalog;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Backups that have no manifest yet: being made, or given up by a crash. Locks keep two backups of
 * one host apart, but a repository may serve several hosts. So a backup of ours claims its
 * directory with a mark of its host, and one that bears no mark, or that of another host, counts as
 * running for as long as anything in it is young.
 */
public final class UnfinishedBackups {
  /** A large file is stored for minutes before it has a name. */
  private static final Duration YOUNG = Duration.ofMinutes(15);

  private final Storage storage;
  private final StanzaName stanza;
  private final Clock clock;

  /** Looks at one stanza of one repository. */
  public UnfinishedBackups(Storage storage, StanzaName stanza, Clock clock) {
    this.storage = storage;
    this.stanza = stanza;
    this.clock = clock;
  }

  /** The directories without a manifest, oldest first. */
  public List<BackupLabel> labels() {
    return storage.list(RepositoryLayout.backup(stanza)).stream()
        .filter(entry -> entry.isPath() && BackupLabel.isLabel(entry.name()))
        .map(StorageEntry::name)
        .map(BackupLabel::new)
        .filter(label -> storage.info(RepositoryLayout.manifest(stanza, label)).isEmpty())
        .toList();
  }

  /**
   * Claims the label of a backup that begins.
   *
   * @throws dev.holdfast.domain.HoldfastException lock-acquire (50) when somebody has begun a
   *     backup of that label
   */
  public BackupClaim begin(BackupLabel label) {
    return BackupClaim.begin(storage, stanza, label);
  }

  /** Claims a backup that was given up and is gone on with. */
  public BackupClaim takeOver(BackupLabel label) {
    return BackupClaim.takeOver(storage, stanza, label);
  }

  /**
   * Whether another host may be making this backup. The caller holds this host's backup lock, so
   * that one with this host's mark is known to be given up.
   */
  public boolean mayBeRunningElsewhere(BackupLabel label) {
    return !BackupClaim.isOfThisHost(storage, stanza, label) && isYoung(label);
  }

  private boolean isYoung(BackupLabel label) {
    Instant limit = clock.instant().minus(YOUNG);
    String path = RepositoryLayout.backup(stanza, label);
    return isYoung(path, limit, 3);
  }

  /** Names change the time of their directory, so that few levels tell. */
  private boolean isYoung(String path, Instant limit, int levels) {
    for (StorageEntry entry : storage.list(path)) {
      if (entry.modified().isAfter(limit)
          || (levels > 1
              && entry.isPath()
              && isYoung(path + "/" + entry.name(), limit, levels - 1))) {
        return true;
      }
    }
    return false;
  }
}

package dev.holdfast.repository.info;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.repository.RepositoryFormat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What backup.info holds.
 *
 * @param version the program version that wrote it
 * @param manifestPass the passphrase of the manifests; empty when not encrypted
 * @param history the clusters that were backed up
 * @param backups the backups that can be restored, in order of their labels
 */
public record BackupInfo(
    String version,
    Optional<CipherPass> manifestPass,
    ClusterHistory history,
    List<BackupEntry> backups) {

  /** Sorts the backups. */
  public BackupInfo {
    List<BackupEntry> sorted = new ArrayList<>(backups);
    sorted.sort(Comparator.comparing(BackupEntry::label));
    backups = List.copyOf(sorted);
  }

  /** The info of a new stanza; with a new passphrase for its manifests when to be encrypted. */
  public static BackupInfo create(
      SystemIdentifier systemId,
      PgVersion pg,
      long catalogVersion,
      long controlVersion,
      boolean encrypted) {
    return new BackupInfo(
        RepositoryFormat.VERSION,
        encrypted ? Optional.of(CipherPass.generate()) : Optional.empty(),
        ClusterHistory.of(new ClusterEntry(1, systemId, pg, catalogVersion, controlVersion)),
        List.of());
  }

  /** The info after an upgrade of the cluster to this one. */
  public BackupInfo withCluster(
      SystemIdentifier systemId, PgVersion pg, long catalogVersion, long controlVersion) {
    return withHistory(
        history.with(
            new ClusterEntry(
                history.currentId() + 1, systemId, pg, catalogVersion, controlVersion)));
  }

  /** The info with another history. */
  public BackupInfo withHistory(ClusterHistory newHistory) {
    return new BackupInfo(RepositoryFormat.VERSION, manifestPass, newHistory, backups);
  }

  /** The info with this backup too, or in place of what it said of it before. */
  public BackupInfo with(BackupEntry backup) {
    List<BackupEntry> others = new ArrayList<>(backups);
    others.removeIf(other -> other.label().equals(backup.label()));
    others.add(backup);
    return new BackupInfo(RepositoryFormat.VERSION, manifestPass, history, others);
  }

  /** The info without these backups. */
  public BackupInfo without(Collection<BackupLabel> labels) {
    List<BackupEntry> others = new ArrayList<>(backups);
    others.removeIf(other -> labels.contains(other.label()));
    return new BackupInfo(RepositoryFormat.VERSION, manifestPass, history, others);
  }

  /** What it holds of this backup. */
  public Optional<BackupEntry> backup(BackupLabel label) {
    return backups.stream().filter(backup -> backup.label().equals(label)).findFirst();
  }

  /** The newest backup. */
  public Optional<BackupEntry> latest() {
    return backups.isEmpty() ? Optional.empty() : Optional.of(backups.getLast());
  }

  /**
   * The backup and all that are based on it, directly or not, in order of their labels; empty when
   * there is no such backup.
   */
  public List<BackupLabel> withDependants(BackupLabel label) {
    List<BackupLabel> result = new ArrayList<>();
    for (BackupEntry backup : backups) {
      BackupLabel prior = backup.prior();
      if (backup.label().equals(label) || (prior != null && result.contains(prior))) {
        result.add(backup.label());
      }
    }
    return result;
  }
}

package dev.holdfast.engine.annotate;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** annotate: adds, changes and removes notes on a backup in every repository that has it. */
public final class Annotate {
  private final StanzaName stanza;
  private final List<Repository> repositories;
  private final Reporter reporter;

  /** Annotates when {@link #run} is called. */
  public Annotate(StanzaName stanza, List<Repository> repositories, Reporter reporter) {
    this.stanza = stanza;
    this.repositories = List.copyOf(repositories);
    this.reporter = reporter;
  }

  /**
   * Changes the notes.
   *
   * @param notes by their keys; an empty note removes what was there
   * @throws HoldfastException command (104) if a repository could not be changed,
   *     backup-set-invalid (75) if no repository has the backup
   */
  public void run(BackupLabel label, Map<String, String> notes) {
    int found = 0;
    int errors = 0;
    for (Repository repository : repositories) {
      try {
        if (annotate(repository, label, notes)) {
          found++;
        }
      } catch (HoldfastException e) {
        reporter.warn("repo" + repository.key() + ": " + e.describe());
        errors++;
      }
    }
    if (errors > 0) {
      throw new HoldfastException(
          ErrorCode.COMMAND,
          "annotate command encountered %d error(s), check the log file for details"
              .formatted(errors));
    }
    if (found == 0) {
      throw new HoldfastException(ErrorCode.BACKUP_SET_INVALID, "no backup set to annotate found");
    }
  }

  private boolean annotate(Repository repository, BackupLabel label, Map<String, String> notes) {
    InfoStore infos = repository.infos(stanza);
    BackupInfo info = infos.backupInfo();
    Optional<BackupEntry> backup = info.backup(label);
    if (backup.isEmpty()) {
      return false;
    }
    reporter.info("backup set '%s' to annotate found in repo%d".formatted(label, repository.key()));
    SortedMap<String, String> changed = new TreeMap<>(backup.get().annotations());
    notes.forEach((key, note) -> {
      if (note.isEmpty()) {
        changed.remove(key);
      } else {
        changed.put(key, note);
      }
    });
    infos.save(info.with(backup.get().withAnnotations(changed)));
    return true;
  }
}

package dev.holdfast.engine.expire;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import java.time.Clock;
import java.time.LocalDateTime;

/** Removes manifests from the history that are older than {@code repo-retention-history} days. */
final class HistoryExpiration {
  private static final String SUFFIX = ".manifest.gz";

  private final Repository repository;
  private final ExpireRequest request;
  private final Clock clock;
  private final Reporter reporter;

  HistoryExpiration(Repository repository, ExpireRequest request, Clock clock, Reporter reporter) {
    this.repository = repository;
    this.request = request;
    this.clock = clock;
    this.reporter = reporter;
  }

  void expire(BackupInfo kept, RetentionPolicy policy) {
    if (policy.historyDays().isEmpty()) {
      return;
    }
    // Labels are in local time, and a full's label sorts before those of its dependants: what is
    // before the oldest full to remember goes.
    BackupLabel oldest =
        BackupLabel.full(LocalDateTime.now(clock).minusDays(policy.historyDays().getAsInt()));
    Storage storage = repository.storage();
    String root = RepositoryLayout.history(request.stanza());
    for (StorageEntry year : storage.list(root)) {
      if (!year.isPath() || !year.name().matches("2\\d{3}")) {
        continue;
      }
      String path = root + "/" + year.name();
      for (StorageEntry entry : storage.list(path)) {
        String text =
            entry.name().endsWith(SUFFIX)
                ? entry.name().substring(0, entry.name().length() - SUFFIX.length())
                : "";
        if (!BackupLabel.isLabel(text)) {
          continue;
        }
        BackupLabel label = new BackupLabel(text);
        if (kept.backup(label).isEmpty() && label.compareTo(oldest) < 0) {
          reporter.info(
              "repo"
                  + repository.key()
                  + ": remove expired backup history manifest "
                  + entry.name());
          if (!request.dryRun()) {
            storage.remove(path + "/" + entry.name());
          }
        }
      }
      if (!request.dryRun() && storage.list(path).isEmpty()) {
        storage.removeTree(path);
      }
    }
  }
}

package dev.holdfast.engine.backup;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Names a backup: by local time, and always later than every other of its chain, or of all for a
 * full one, in the repository and its history. Where the clock says an earlier time, because it was
 * set back or summer time ended, one second is waited for and then given up.
 */
final class LabelChoice {
  private final Storage storage;
  private final StanzaName stanza;
  private final Clock clock;

  LabelChoice(Storage storage, StanzaName stanza, Clock clock) {
    this.storage = storage;
    this.stanza = stanza;
    this.clock = clock;
  }

  /**
   * Chooses.
   *
   * @param prior the backup that it is based on; null for a full one
   * @param startSeconds when the backup began, epoch seconds
   * @throws HoldfastException clock (106)
   */
  BackupLabel choose(BackupType type, @Nullable BackupLabel prior, long startSeconds) {
    Optional<BackupLabel> latest = latest(type, prior);
    BackupLabel label = at(type, prior, startSeconds);
    if (latest.isEmpty() || label.compareTo(latest.get()) > 0) {
      return label;
    }
    label = at(type, prior, startSeconds + 1);
    if (label.compareTo(latest.get()) <= 0) {
      throw new HoldfastException(
          ErrorCode.CLOCK,
          "new backup label '%s' is not later than latest backup label '%s'"
              .formatted(label, latest.get()),
          "Has the timezone changed?",
          "Is there clock skew?");
    }
    awaitSecondAfter(startSeconds);
    return label;
  }

  private BackupLabel at(BackupType type, @Nullable BackupLabel prior, long seconds) {
    LocalDateTime time = LocalDateTime.ofInstant(Instant.ofEpochSecond(seconds), clock.getZone());
    return prior == null ? BackupLabel.full(time) : BackupLabel.dependent(prior.full(), type, time);
  }

  /** Names that compare with the new one: of a chain those of the chain only. */
  private Optional<BackupLabel> latest(BackupType type, @Nullable BackupLabel prior) {
    BackupLabel newest = null;
    for (StorageEntry entry : storage.list(RepositoryLayout.backup(stanza))) {
      newest = later(newest, entry.name(), type, prior);
    }
    String history = RepositoryLayout.history(stanza);
    List<StorageEntry> years =
        storage.list(history).stream().filter(entry -> entry.name().matches("2\\d{3}")).toList();
    if (!years.isEmpty()) {
      for (StorageEntry entry : storage.list(history + "/" + years.getLast().name())) {
        int end = entry.name().indexOf(".manifest");
        if (end > 0) {
          newest = later(newest, entry.name().substring(0, end), type, prior);
        }
      }
    }
    return Optional.ofNullable(newest);
  }

  private static @Nullable BackupLabel later(
      @Nullable BackupLabel known, String name, BackupType type, @Nullable BackupLabel prior) {
    if (!BackupLabel.isLabel(name)) {
      return known;
    }
    BackupLabel label = new BackupLabel(name);
    if (type != BackupType.FULL
        && prior != null
        && (!label.full().equals(prior.full()) || label.type() == BackupType.FULL)) {
      return known;
    }
    return known == null || label.compareTo(known) > 0 ? label : known;
  }

  private void awaitSecondAfter(long seconds) {
    long wait = (seconds + 1) * 1000 - clock.millis();
    if (wait <= 0 || wait > 2000) {
      return;
    }
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "terminated on signal", e);
    }
  }
}

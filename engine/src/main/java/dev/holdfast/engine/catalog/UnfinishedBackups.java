package dev.holdfast.engine.catalog;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Backups that have no manifest yet: being made, or given up by a crash. Locks keep two backups of
 * one host apart, but a repository may serve several hosts. So a backup of ours leaves a mark of
 * its host in its directory, and one that bears no mark, or that of another host, counts as running
 * for as long as anything in it is young. Readers of the format pass over the mark.
 */
public final class UnfinishedBackups {
  /** The mark's name in the backup's directory. */
  static final String MARK = "backup.holdfast";

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

  /** Says whose backup it is that begins. */
  public void mark(BackupLabel label) {
    try (StorageOutput output = storage.write(markPath(label))) {
      output.write(host().getBytes(StandardCharsets.UTF_8), 0, host().length());
      output.commit();
    }
  }

  /** The backup is complete; the mark is of no more use. */
  public void unmark(BackupLabel label) {
    storage.remove(markPath(label));
  }

  /**
   * Whether another host may be making this backup. The caller holds this host's backup lock, so
   * that one with this host's mark is known to be given up.
   */
  public boolean mayBeRunningElsewhere(BackupLabel label) {
    return !isOurs(label) && isYoung(label);
  }

  private boolean isOurs(BackupLabel label) {
    if (storage.info(markPath(label)).isEmpty()) {
      return false;
    }
    try (InputStream input = storage.read(markPath(label))) {
      return new String(input.readNBytes(256), StandardCharsets.UTF_8).equals(host());
    } catch (IOException e) {
      return false;
    }
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

  private String markPath(BackupLabel label) {
    return RepositoryLayout.backup(stanza, label) + "/" + MARK;
  }

  /** Something that no other host has; ASCII. */
  private static String host() {
    for (String file : List.of("/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostname")) {
      try {
        String id = Files.readString(Path.of(file)).strip();
        if (!id.isEmpty() && id.chars().allMatch(c -> c > 32 && c < 127)) {
          return id;
        }
      } catch (IOException e) {
        // The next one may exist.
      }
    }
    return "unknown";
  }
}

package dev.holdfast.engine.catalog;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The right to write into one backup's directory, shown by a mark there. Locks keep two backups of
 * one host apart, but hosts whose clocks start them in the same second would choose the same label,
 * and somebody else's backup removes what it takes to be given up. Who writes looks from time to
 * time whether the mark is still its own, and writes no more when it is not.
 *
 * <p>The mark is a file with two lines: the host, and what no other backup has. Readers of the
 * format pass over it.
 */
public final class BackupClaim {
  /** The mark's name in the backup's directory. */
  private static final String MARK = "backup.holdfast";

  private static final int LONGEST_MARK = 4096;

  private final Storage storage;
  private final StanzaName stanza;
  private final BackupLabel label;
  private final String mark;

  private BackupClaim(Storage storage, StanzaName stanza, BackupLabel label, String mark) {
    this.storage = storage;
    this.stanza = stanza;
    this.label = label;
    this.mark = mark;
  }

  /**
   * Claims a label that nobody has used.
   *
   * @throws HoldfastException lock-acquire (50) when somebody has begun a backup of that label
   */
  static BackupClaim begin(Storage storage, StanzaName stanza, BackupLabel label) {
    if (!storage.list(RepositoryLayout.backup(stanza, label)).isEmpty()) {
      throw taken(label, null);
    }
    BackupClaim claim = new BackupClaim(storage, stanza, label, newMark());
    try {
      claim.write(storage.writeExclusive(path(stanza, label)));
    } catch (HoldfastException e) {
      throw e.code() == ErrorCode.FILE_EXISTS ? taken(label, e) : e;
    }
    return claim;
  }

  /** Claims a backup that was given up; who was making it will notice, if it still runs. */
  static BackupClaim takeOver(Storage storage, StanzaName stanza, BackupLabel label) {
    BackupClaim claim = new BackupClaim(storage, stanza, label, newMark());
    claim.write(storage.write(path(stanza, label)));
    return claim;
  }

  /** Whether a backup's mark is one of this host. */
  static boolean isOfThisHost(Storage storage, StanzaName stanza, BackupLabel label) {
    return read(storage, path(stanza, label))
        .map(mark -> mark.lines().findFirst().orElse("").equals(host()))
        .orElse(false);
  }

  /**
   * Looks whether the claim still holds.
   *
   * @throws HoldfastException lock-acquire (50) when another backup has removed it or taken it over
   */
  public void check() {
    if (read(storage, path(stanza, label)).filter(mark::equals).isEmpty()) {
      throw new HoldfastException(
          ErrorCode.LOCK_ACQUIRE,
          "backup '" + label + "' was removed or taken over while it was being made",
          "Does another host, or one with another lock-path, back up the same stanza?",
          "Run backup again when that one has ended.");
    }
  }

  /** The backup is complete; the mark is of no more use. */
  public void release() {
    storage.remove(path(stanza, label));
  }

  private void write(StorageOutput to) {
    byte[] bytes = mark.getBytes(StandardCharsets.UTF_8);
    try (StorageOutput output = to) {
      output.write(bytes, 0, bytes.length);
      output.commit();
    }
  }

  private static Optional<String> read(Storage storage, String path) {
    if (storage.info(path).isEmpty()) {
      return Optional.empty();
    }
    try (InputStream input = storage.read(path)) {
      return Optional.of(new String(input.readNBytes(LONGEST_MARK), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read '" + path + "'", e);
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.FILE_MISSING) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static HoldfastException taken(BackupLabel label, @Nullable HoldfastException cause) {
    return new HoldfastException(
        ErrorCode.LOCK_ACQUIRE,
        "another host has begun backup '" + label + "' in the same second",
        cause,
        "Run backup again when that one has ended.");
  }

  private static String path(StanzaName stanza, BackupLabel label) {
    return RepositoryLayout.backup(stanza, label) + "/" + MARK;
  }

  private static String newMark() {
    return host() + "\n" + UUID.randomUUID() + "\n";
  }

  /** Something that no other host has; printable ASCII. */
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

package dev.holdfast.repository.info;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.storage.Storage;
import java.util.Optional;

/**
 * The info files of one stanza in one repository.
 *
 * <p>Loading reads the main file, then its copy when the main one is missing or damaged. It throws
 * file-missing (55) when both are missing, checksum (26), format (29) or crypto (95) when both are
 * unusable.
 */
public final class InfoStore {
  private final Storage storage;
  private final StanzaName stanza;
  private final Optional<CipherPass> pass;

  /**
   * Opens nothing yet.
   *
   * @param pass the repository's passphrase; empty when not encrypted
   */
  public InfoStore(Storage storage, StanzaName stanza, Optional<CipherPass> pass) {
    this.storage = storage;
    this.stanza = stanza;
    this.pass = pass;
  }

  /** Whether archive.info or its copy exists. */
  public boolean hasArchiveInfo() {
    throw new UnsupportedOperationException(storage.name() + stanza + pass);
  }

  /** Whether backup.info or its copy exists. */
  public boolean hasBackupInfo() {
    throw new UnsupportedOperationException();
  }

  /** Loads archive.info. */
  public ArchiveInfo archiveInfo() {
    throw new UnsupportedOperationException();
  }

  /** Loads backup.info. */
  public BackupInfo backupInfo() {
    throw new UnsupportedOperationException();
  }

  /** Writes archive.info, then its copy. */
  public void save(ArchiveInfo info) {
    throw new UnsupportedOperationException();
  }

  /** Writes backup.info, then its copy. */
  public void save(BackupInfo info) {
    throw new UnsupportedOperationException();
  }
}

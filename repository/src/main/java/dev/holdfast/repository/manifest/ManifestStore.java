package dev.holdfast.repository.manifest;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.storage.Storage;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The manifests of one stanza in one repository.
 *
 * <p>Every load throws a {@code HoldfastException}: file-missing (55), checksum (26), format (29)
 * or crypto (95), naming the files.
 */
public final class ManifestStore {
  private final Storage storage;
  private final StanzaName stanza;
  private final Optional<CipherPass> pass;

  /**
   * Opens nothing yet.
   *
   * @param pass the manifests' passphrase, from backup.info; empty when not encrypted
   */
  public ManifestStore(Storage storage, StanzaName stanza, Optional<CipherPass> pass) {
    this.storage = storage;
    this.stanza = stanza;
    this.pass = pass;
  }

  /** Reads a manifest's text; verifies its checksum at the end. Does not close the stream. */
  public static Manifest read(InputStream text) {
    throw new UnsupportedOperationException();
  }

  /** Writes a manifest's text. Does not close the stream. */
  public static void write(Manifest manifest, OutputStream text) {
    throw new UnsupportedOperationException();
  }

  /** Loads a complete backup's manifest, from its copy when the main file is missing or damaged. */
  public Manifest load(BackupLabel label) {
    throw new UnsupportedOperationException(storage.name() + stanza + pass + label);
  }

  /** Loads the manifest of an unfinished backup: the copy alone. */
  public Manifest loadCopy(BackupLabel label) {
    throw new UnsupportedOperationException();
  }

  /** Loads the manifest that history keeps of a backup, which may have expired long ago. */
  public Manifest loadHistory(BackupLabel label) {
    throw new UnsupportedOperationException();
  }

  /** Writes the copy alone: the backup is in progress, and can be resumed. */
  public void saveCopy(Manifest manifest) {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes the copy, the manifest and the history's manifest, in this order: with the second the
   * backup is complete. Validates strictly before.
   */
  public void save(Manifest manifest) {
    throw new UnsupportedOperationException();
  }

  /** Whether the backup is complete, as far as its directory says: it has a manifest. */
  public boolean isComplete(BackupLabel label) {
    throw new UnsupportedOperationException();
  }
}

package dev.holdfast.repository.manifest;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.FileEncoding;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.ini.CopiedFile;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageFeature;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The manifests of one stanza in one repository.
 *
 * <p>Every load throws a {@code HoldfastException}: file-missing (55), checksum (26), format (29)
 * or crypto (95), naming the files.
 */
public final class ManifestStore {
  private static final int HISTORY_LEVEL = 9;
  private static final String HISTORY_SUFFIX = ".manifest.gz";

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
    return ManifestReader.read(text, false);
  }

  /** Writes a manifest's text. Does not close the stream. */
  public static void write(Manifest manifest, OutputStream text) {
    ManifestWriter.write(manifest, text);
  }

  /** Loads a complete backup's manifest, from its copy when the main file is missing or damaged. */
  public Manifest load(BackupLabel label) {
    return file(label).load("backup manifest file", this::readStored, List.of());
  }

  /** Loads the manifest of an unfinished backup: the copy alone. */
  public Manifest loadCopy(BackupLabel label) {
    return file(label).loadCopy(this::readStored);
  }

  private CopiedFile file(BackupLabel label) {
    return new CopiedFile(storage, RepositoryLayout.manifest(stanza, label), pass);
  }

  private Manifest readStored(InputStream text) {
    return ManifestReader.read(text, pass.isPresent());
  }

  /** The backups whose manifests the history keeps, those that expired too, in no order. */
  public List<BackupLabel> history() {
    List<BackupLabel> labels = new ArrayList<>();
    String root = RepositoryLayout.history(stanza);
    for (StorageEntry year : storage.list(root)) {
      if (year.isPath()) {
        for (StorageEntry entry : storage.list(root + "/" + year.name())) {
          String name = entry.name();
          String text =
              name.endsWith(HISTORY_SUFFIX)
                  ? name.substring(0, name.length() - HISTORY_SUFFIX.length())
                  : "";
          if (BackupLabel.isLabel(text)) {
            labels.add(new BackupLabel(text));
          }
        }
      }
    }
    return labels;
  }

  /** Loads the manifest that history keeps of a backup, which may have expired long ago. */
  public Manifest loadHistory(BackupLabel label) {
    String path = RepositoryLayout.historyManifest(stanza, label);
    try (InputStream text = historyEncoding().decode(storage.read(path))) {
      // Behind the decompression, a wrong passphrase shows as damage to it.
      return ManifestReader.read(text, false);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + path + "': " + e.getMessage(), e);
    }
  }

  private FileEncoding historyEncoding() {
    return new FileEncoding(CompressionType.GZ, pass, false);
  }

  /** Writes the copy alone: the backup is in progress, and can be resumed. */
  public void saveCopy(Manifest manifest) {
    save(
        manifest,
        RepositoryLayout.manifestCopy(stanza, manifest.data().label()),
        FileEncoding.encrypted(pass),
        0);
  }

  /**
   * Writes the copy, the manifest and the history's manifest, in this order: with the second the
   * backup is complete. Validates strictly before.
   */
  public void save(Manifest manifest) {
    manifest.validate(true);
    saveCopy(manifest);
    BackupLabel label = manifest.data().label();
    save(manifest, RepositoryLayout.manifest(stanza, label), FileEncoding.encrypted(pass), 0);
    save(
        manifest,
        RepositoryLayout.historyManifest(stanza, label),
        historyEncoding(),
        HISTORY_LEVEL);
  }

  private void save(Manifest manifest, String path, FileEncoding encoding, int level) {
    try (StorageOutput output = storage.write(path)) {
      try (OutputStream encoder = encoding.encode(output, level)) {
        ManifestWriter.write(manifest, encoder);
      }
      output.commit();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + path + "': " + e.getMessage(), e);
    }
  }

  /** Whether the backup is complete, as far as its directory says: it has a manifest. */
  public boolean isComplete(BackupLabel label) {
    return storage.info(RepositoryLayout.manifest(stanza, label)).isPresent();
  }

  /** Points the link {@code latest} at a backup, where the store has links. */
  public void linkLatest(BackupLabel label) {
    String link = RepositoryLayout.latest(stanza);
    if (storage.features().contains(StorageFeature.SYMBOLIC_LINK)) {
      storage.createLink(link, label.text());
      storage.syncPath(RepositoryLayout.backup(stanza));
    } else {
      storage.remove(link);
    }
  }
}

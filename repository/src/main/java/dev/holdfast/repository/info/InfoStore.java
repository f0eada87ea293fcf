package dev.holdfast.repository.info;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.FileEncoding;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.ini.CopiedFile;
import dev.holdfast.repository.ini.InfoHeader;
import dev.holdfast.repository.ini.InfoText;
import dev.holdfast.repository.ini.InfoTextWriter;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The info files of one stanza in one repository.
 *
 * <p>Loading reads the main file, then its copy when the main one is missing or damaged. It throws
 * file-missing (55) when both are missing, checksum (26), format (29) or crypto (95) when both are
 * unusable.
 *
 * <p>Saving writes the main file and then the copy, each whole or not at all. A crash between the
 * two leaves the copy one state behind, which is only read when the main file is lost.
 */
public final class InfoStore {
  private static final String SECTION_CURRENT = "backup:current";
  private static final List<String> ARCHIVE_HINTS =
      List.of(
          "archive.info cannot be opened but is required to push/get WAL segments.",
          "is archive_command configured correctly in postgresql.conf?",
          "has a stanza-create been performed?",
          "use --no-archive-check to disable archive checks during backup if you have an alternate"
              + " archiving scheme.");
  private static final List<String> BACKUP_HINTS =
      List.of(
          "backup.info cannot be opened and is required to perform a backup.",
          "has a stanza-create been performed?");

  private final Storage storage;
  private final Optional<CipherPass> pass;
  private final CopiedFile archiveFile;
  private final CopiedFile backupFile;

  /**
   * Opens nothing yet.
   *
   * @param pass the repository's passphrase; empty when not encrypted
   */
  public InfoStore(Storage storage, StanzaName stanza, Optional<CipherPass> pass) {
    this.storage = storage;
    this.pass = pass;
    this.archiveFile = new CopiedFile(storage, RepositoryLayout.archiveInfo(stanza), pass);
    this.backupFile = new CopiedFile(storage, RepositoryLayout.backupInfo(stanza), pass);
  }

  /** Whether archive.info or its copy exists. */
  public boolean hasArchiveInfo() {
    return archiveFile.exists();
  }

  /** Whether backup.info or its copy exists. */
  public boolean hasBackupInfo() {
    return backupFile.exists();
  }

  /** Loads archive.info. */
  public ArchiveInfo archiveInfo() {
    return archiveFile.load("info file", this::readArchiveInfo, ARCHIVE_HINTS);
  }

  private ArchiveInfo readArchiveInfo(InputStream text) {
    HistoryText history = new HistoryText(true);
    InfoHeader header = InfoText.read(text, pass.isPresent(), history::value);
    return new ArchiveInfo(header.version(), header.cipherPass(), history.history());
  }

  /** Loads backup.info. */
  public BackupInfo backupInfo() {
    return backupFile.load("info file", this::readBackupInfo, BACKUP_HINTS);
  }

  private BackupInfo readBackupInfo(InputStream text) {
    HistoryText history = new HistoryText(false);
    List<BackupEntry> backups = new ArrayList<>();
    InfoHeader header =
        InfoText.read(
            text,
            pass.isPresent(),
            (section, key, json) -> {
              if (section.equals(SECTION_CURRENT)) {
                backups.add(BackupEntryText.read(key, json));
              } else {
                history.value(section, key, json);
              }
            });
    return new BackupInfo(header.version(), header.cipherPass(), history.history(), backups);
  }

  /** Writes archive.info, then its copy. */
  public void save(ArchiveInfo info) {
    save(
        archiveFile,
        info.version(),
        info.walPass(),
        text -> HistoryText.write(info.history(), true, text));
  }

  /** Writes backup.info, then its copy. */
  public void save(BackupInfo info) {
    save(
        backupFile,
        info.version(),
        info.manifestPass(),
        text -> {
          for (BackupEntry backup : info.backups()) {
            BackupEntryText.write(backup, text.value(SECTION_CURRENT, backup.label().text()));
          }
          HistoryText.write(info.history(), false, text);
        });
  }

  private interface Body {
    void write(InfoTextWriter text);
  }

  private void save(CopiedFile file, String version, Optional<CipherPass> inner, Body body) {
    // An encrypted repository whose info file lacks the inner passphrase would store plain data.
    if (pass.isPresent() != inner.isPresent()) {
      throw new HoldfastException(
          ErrorCode.ASSERT,
          "'" + file.path() + "' must hold a passphrase exactly when the repository is encrypted");
    }
    byte[] stored = encode(new InfoHeader(version, inner), body);
    for (String path : List.of(file.path(), file.copyPath())) {
      try (StorageOutput output = storage.write(path)) {
        output.write(stored, 0, stored.length);
        output.commit();
      }
    }
  }

  private byte[] encode(InfoHeader header, Body body) {
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    try (OutputStream encoder = FileEncoding.encrypted(pass).encode(stored, 0)) {
      InfoTextWriter text = new InfoTextWriter(encoder, header);
      body.write(text);
      text.finish();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to encode an info file: " + e.getMessage(), e);
    }
    return stored.toByteArray();
  }
}

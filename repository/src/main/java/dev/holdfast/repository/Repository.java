package dev.holdfast.repository;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.archive.ArchivePath;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestStore;
import dev.holdfast.storage.Storage;
import java.io.InputStream;
import java.util.Optional;

/**
 * One configured repository.
 *
 * <p>The passphrases form a chain: the repository's opens the info files; backup.info's opens the
 * manifests; a manifest's opens its backup's files; archive.info's opens the WAL.
 *
 * @param key its number in the configuration, 1 and up
 * @param storage where it is
 * @param pass its passphrase; empty when not encrypted
 */
public record Repository(int key, Storage storage, Optional<CipherPass> pass) {

  /** The cipher's name in options and in {@code info}: none or aes-256-cbc. */
  public String cipherType() {
    return pass.isPresent() ? "aes-256-cbc" : "none";
  }

  /** A stanza's info files. */
  public InfoStore infos(StanzaName stanza) {
    return new InfoStore(storage, stanza, pass);
  }

  /** A stanza's manifests. */
  public ManifestStore manifests(StanzaName stanza, BackupInfo info) {
    return new ManifestStore(storage, stanza, info.manifestPass());
  }

  /** A stanza's archive. */
  public ArchiveFinder archive(StanzaName stanza) {
    return new ArchiveFinder(storage, stanza);
  }

  /** Opens an archived segment; the stream gives the WAL as PostgreSQL wrote it. */
  public InputStream openWal(StanzaName stanza, ArchiveInfo info, ArchivePath segment) {
    return walEncoding(info, segment.compression()).decode(storage.read(segment.path(stanza)));
  }

  /** How segments are stored. */
  public static FileEncoding walEncoding(ArchiveInfo info, CompressionType compression) {
    return new FileEncoding(compression, info.walPass(), false);
  }

  /**
   * Opens a timeline history or a {@code .backup} file of the archive.
   *
   * @throws HoldfastException file-missing (55) when it is not there
   */
  public InputStream openArchiveFile(
      StanzaName stanza, ArchiveInfo info, ArchiveId id, String fileName) {
    return FileEncoding.encrypted(info.walPass())
        .decode(storage.read(RepositoryLayout.archiveFile(stanza, id, fileName)));
  }

  /** The backup that holds a file: the one it refers to, or its own. */
  public static BackupLabel holder(Manifest manifest, ManifestFile file) {
    BackupLabel reference = file.reference();
    return reference != null ? reference : manifest.data().label();
  }

  /** Where a backup's file, or the bundle that holds it, lies. */
  public static String filePath(StanzaName stanza, Manifest manifest, ManifestFile file) {
    BackupLabel holder = holder(manifest, file);
    if (file.isBundled()) {
      return RepositoryLayout.bundle(stanza, holder, file.bundleId());
    }
    return file.hasBlockMap()
        ? RepositoryLayout.blockIncrementalFile(stanza, holder, file.name())
        : RepositoryLayout.file(stanza, holder, file.name(), manifest.options().compression());
  }

  /**
   * How a backup's file is stored. Of a file with a block map, the encoding of its super blocks;
   * the map itself is encrypted (raw) and not compressed.
   */
  public static FileEncoding fileEncoding(Manifest manifest, ManifestFile file) {
    boolean raw = file.hasBlockMap() || (file.isBundled() && manifest.data().bundleRaw());
    return new FileEncoding(
        manifest.options().compression(), Optional.ofNullable(manifest.cipherPass()), raw);
  }

  /** Opens the stored bytes of a backup's file: {@code repoSize} of them. */
  public InputStream openStored(StanzaName stanza, Manifest manifest, ManifestFile file) {
    String path = filePath(stanza, manifest, file);
    return file.isBundled()
        ? storage.read(path, file.bundleOffset(), file.repoSize())
        : storage.read(path);
  }

  /**
   * Opens a backup's file; the stream gives its content. The caller compares size and SHA-1.
   *
   * @throws HoldfastException assert (25) for a file with a block map, which is read by blocks
   */
  public InputStream openFile(StanzaName stanza, Manifest manifest, ManifestFile file) {
    if (file.hasBlockMap()) {
      throw new HoldfastException(
          ErrorCode.ASSERT, "file '" + file.name() + "' is stored as blocks");
    }
    if (file.size() == 0 && file.repoSize() == 0) {
      // Bundled backups store nothing at all of an empty file.
      return InputStream.nullInputStream();
    }
    return fileEncoding(manifest, file).decode(openStored(stanza, manifest, file));
  }
}

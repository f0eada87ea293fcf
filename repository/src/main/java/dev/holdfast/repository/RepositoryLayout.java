package dev.holdfast.repository;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.StanzaName;

/** Where everything lies below a repository's root, as pure functions. */
public final class RepositoryLayout {
  /** What is appended to an info file's or a manifest's name for its second copy. */
  public static final String COPY_EXTENSION = ".copy";

  /** The extension of a block-incremental file that lies outside bundles. */
  public static final String BLOCK_INCREMENTAL_EXTENSION = ".pgbi";

  /** The name of a backup's manifest. */
  public static final String MANIFEST_FILE = "backup.manifest";

  /** The directory of the manifests of all backups ever made, below a stanza's backups. */
  public static final String HISTORY_PATH = "backup.history";

  private RepositoryLayout() {}

  /** The directory that holds all stanzas' archives. */
  public static String archives() {
    return "archive";
  }

  /** The directory that holds all stanzas' backups. */
  public static String backups() {
    return "backup";
  }

  /** A stanza's archive. */
  public static String archive(StanzaName stanza) {
    return "archive/" + stanza;
  }

  /** A stanza's archive.info; its copy has {@link #COPY_EXTENSION}. */
  public static String archiveInfo(StanzaName stanza) {
    return archive(stanza) + "/archive.info";
  }

  /** The WAL of one cluster. */
  public static String archive(StanzaName stanza, ArchiveId id) {
    return archive(stanza) + "/" + id;
  }

  /**
   * The directory of the segments and {@code .backup} files that share their first 16 digits.
   *
   * @param directory 16 hexadecimal digits
   */
  public static String archiveDirectory(StanzaName stanza, ArchiveId id, String directory) {
    return archive(stanza, id) + "/" + directory;
  }

  /**
   * A file of the archive: below the directory of its first 16 digits when its name has 24, else
   * (timeline histories) directly in the cluster's directory.
   *
   * @param fileName the name as stored
   */
  public static String archiveFile(StanzaName stanza, ArchiveId id, String fileName) {
    return isBelowDirectory(fileName)
        ? archiveDirectory(stanza, id, fileName.substring(0, 16)) + "/" + fileName
        : archive(stanza, id) + "/" + fileName;
  }

  private static boolean isBelowDirectory(String fileName) {
    if (fileName.length() < 24) {
      return false;
    }
    for (int i = 0; i < 24; i++) {
      char c = fileName.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'A' && c <= 'F')) {
        return false;
      }
    }
    return true;
  }

  /** A stanza's backups. */
  public static String backup(StanzaName stanza) {
    return "backup/" + stanza;
  }

  /** A stanza's backup.info; its copy has {@link #COPY_EXTENSION}. */
  public static String backupInfo(StanzaName stanza) {
    return backup(stanza) + "/backup.info";
  }

  /** The link to the newest backup, for people; nothing reads it. */
  public static String latest(StanzaName stanza) {
    return backup(stanza) + "/latest";
  }

  /** One backup's directory. */
  public static String backup(StanzaName stanza, BackupLabel label) {
    return backup(stanza) + "/" + label;
  }

  /** A complete backup's manifest. */
  public static String manifest(StanzaName stanza, BackupLabel label) {
    return backup(stanza, label) + "/" + MANIFEST_FILE;
  }

  /** The manifest that is there from the start of the copying on. */
  public static String manifestCopy(StanzaName stanza, BackupLabel label) {
    return manifest(stanza, label) + COPY_EXTENSION;
  }

  /** The directory of a stanza's manifests of all backups ever made. */
  public static String history(StanzaName stanza) {
    return backup(stanza) + "/" + HISTORY_PATH;
  }

  /** The manifest that outlives its backup: always gz, filed under the year of the full backup. */
  public static String historyManifest(StanzaName stanza, BackupLabel label) {
    return history(stanza) + "/" + label.text().substring(0, 4) + "/" + label + ".manifest.gz";
  }

  /** The directory of a backup's bundles. */
  public static String bundles(StanzaName stanza, BackupLabel label) {
    return backup(stanza, label) + "/bundle";
  }

  /** One bundle. */
  public static String bundle(StanzaName stanza, BackupLabel label, long bundleId) {
    return bundles(stanza, label) + "/" + bundleId;
  }

  /**
   * A file stored by itself.
   *
   * @param name the manifest's name, for example {@code pg_data/base/1/1259}
   */
  public static String file(
      StanzaName stanza, BackupLabel label, String name, CompressionType compression) {
    return backup(stanza, label) + "/" + name + compression.extension();
  }

  /** A file stored by itself as blocks. */
  public static String blockIncrementalFile(StanzaName stanza, BackupLabel label, String name) {
    return backup(stanza, label) + "/" + name + BLOCK_INCREMENTAL_EXTENSION;
  }
}

package dev.holdfast.engine.backup;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.StanzaName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What every copy of one backup has in common.
 *
 * @param stanza the cluster's name
 * @param label the backup
 * @param references all backups that files may be in, this one last: block maps count by it
 * @param pgPath the primary's data directory
 * @param relationPath where relation files are read: a standby's data directory, or the primary's
 * @param storing how files are stored
 * @param pass what they are encrypted with; null when they are not
 * @param bundleRaw whether bundled files are stored in raw mode
 * @param superBlockSize bytes of blocks that are compressed together
 * @param checksumPage whether pages are checked
 * @param pageHeaderCheck whether an unused page is told by its header
 * @param pageSize bytes of a page
 * @param startSeconds when the backup began, epoch seconds: files' ages count from it
 */
record CopySettings(
    StanzaName stanza,
    BackupLabel label,
    List<BackupLabel> references,
    Path pgPath,
    Path relationPath,
    StoringOptions storing,
    @Nullable CipherPass pass,
    boolean bundleRaw,
    long superBlockSize,
    boolean checksumPage,
    boolean pageHeaderCheck,
    int pageSize,
    long startSeconds) {

  CopySettings {
    references = List.copyOf(references);
  }

  CompressionType compression() {
    return storing.compression();
  }

  /** Whether stored bytes differ from the file's, so that they have a hash of their own. */
  boolean transforms() {
    return compression() != CompressionType.NONE || pass != null;
  }

  Optional<CipherPass> optionalPass() {
    return Optional.ofNullable(pass);
  }

  /** The place of this backup in {@link #references}. */
  int ownReference() {
    return references.size() - 1;
  }

  /** Where a file of the manifest is read. */
  Path source(String name) {
    Path base = isReadToFoundSize(name) ? relationPath : pgPath;
    return base.resolve(name.startsWith("pg_data/") ? name.substring(8) : name);
  }

  /**
   * Whether a file is one that a standby can supply. It is read up to the size that it had when it
   * was found, and no further: what was appended since is in the WAL. Files of other kinds are
   * rewritten as a whole, and read to their end.
   */
  static boolean isReadToFoundSize(String name) {
    return name.startsWith("pg_data/base/")
        || name.startsWith("pg_data/pg_xact/")
        || name.startsWith("pg_data/pg_multixact/")
        || name.startsWith("pg_tblspc/");
  }
}

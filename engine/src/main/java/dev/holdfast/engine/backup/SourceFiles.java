package dev.holdfast.engine.backup;

import dev.holdfast.engine.work.BoundedInput;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.storage.posix.LocalFiles;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/**
 * The files of a data directory, read without pushing PostgreSQL's own pages out of the page cache.
 */
final class SourceFiles {
  static final String CONTROL = "pg_data/global/pg_control";

  private final CopySettings settings;
  private final LocalFiles files;

  SourceFiles(CopySettings settings, LocalFiles files) {
    this.settings = settings;
    this.files = files;
  }

  /**
   * Opens a file, up to where it is to be read.
   *
   * @throws dev.holdfast.domain.HoldfastException file-missing (55)
   */
  InputStream open(ManifestFile file) {
    if (file.name().equals(CONTROL)) {
      // PostgreSQL may be writing it: it is read until its own checksum is right.
      return new ByteArrayInputStream(PgControlFile.read(settings.pgPath(), null).bytes());
    }
    InputStream input = files.read(settings.source(file.name()));
    return CopySettings.isReadToFoundSize(file.name())
        ? BoundedInput.beginningOf(input, file.originalSize())
        : input;
  }

  /**
   * Whether a file can be gone without harm: any but the one that the cluster cannot be without.
   */
  boolean mayVanish(ManifestFile file) {
    return !file.name().equals(CONTROL);
  }
}

package dev.holdfast.engine.backup;

import dev.holdfast.codec.digest.HashingOutputStream;
import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.repository.FileEncoding;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestPath;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Stores what was not in the data directory when it was scanned: the files that the cluster gives
 * at the end, and WAL. They go by themselves, as large files do.
 */
final class AddedFiles {
  private final CopySettings settings;
  private final ManifestPath base;
  private final StorageBatch batch;
  private final CopyResults results;

  /**
   * @param base the data directory, whose owner and mode the files get
   */
  AddedFiles(CopySettings settings, ManifestPath base, StorageBatch batch, CopyResults results) {
    this.settings = settings;
    this.base = base;
    this.batch = batch;
    this.results = results;
  }

  /**
   * Stores one.
   *
   * @param name in the manifest
   * @param timestamp epoch seconds
   */
  void store(String name, InputStream content, long timestamp) {
    String path =
        RepositoryLayout.file(settings.stanza(), settings.label(), name, settings.compression());
    FileEncoding encoding =
        new FileEncoding(settings.compression(), settings.optionalPass(), false);
    Sha1 hash = new Sha1();
    try (StorageOutput output = batch.write(path)) {
      HashingOutputStream stored = new HashingOutputStream(output);
      try (OutputStream encoder = encoding.encode(stored, settings.storing().level())) {
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = content.read(buffer)) >= 0) {
          hash.update(buffer, 0, read);
          encoder.write(buffer, 0, read);
        }
      }
      output.commit();
      results.added(
          ManifestFile.found(
                  name, hash.count(), timestamp, base.mode() & 0666, base.user(), base.group())
              .withContent(hash.count(), hash.hash())
              .withStored(stored.count(), settings.transforms() ? stored.hash() : null));
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to store '" + path + "'", e);
    }
  }
}

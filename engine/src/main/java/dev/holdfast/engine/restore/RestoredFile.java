package dev.holdfast.engine.restore;

import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.storage.posix.LocalFiles;
import dev.holdfast.storage.posix.LocalOutput;
import dev.holdfast.storage.posix.PosixAttributes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.LongConsumer;

/**
 * Writes files into the data directory with the mode, owners and time of the manifest. Nothing is
 * synced here: {@link FileSystemSync} makes all of them durable at once, before pg_control is in
 * place. One for each worker.
 */
final class RestoredFile {
  private final LocalFiles files;
  private final Ownership ownership;
  private final byte[] buffer = new byte[256 * 1024];

  RestoredFile(LocalFiles files, Ownership ownership) {
    this.files = files;
    this.ownership = ownership;
  }

  /**
   * Writes the whole content.
   *
   * @param progress told of the bytes of each chunk
   */
  void write(Path path, ManifestFile file, InputStream content, LongConsumer progress)
      throws IOException {
    try (LocalOutput output = files.write(path, file.mode(), file.size())) {
      int read;
      while ((read = content.readNBytes(buffer, 0, buffer.length)) > 0) {
        output.write(buffer, 0, read);
        progress.accept(read);
      }
      output.finish(LocalOutput.Sync.LATER);
    }
    finish(path, file);
  }

  /**
   * Makes a file of the manifest's size that holds nothing but zeros, taking no room on the disk.
   */
  void zero(Path path, ManifestFile file) {
    LocalFiles.writeHole(path, file.mode(), file.size());
    finish(path, file);
  }

  /** Gives a file whose content is right its owners and time. */
  void finish(Path path, ManifestFile file) {
    ownership.apply(path, file.user(), file.group());
    PosixAttributes.setModified(path, Instant.ofEpochSecond(file.timestamp()));
  }
}

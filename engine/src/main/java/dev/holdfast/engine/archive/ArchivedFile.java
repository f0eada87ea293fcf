package dev.holdfast.engine.archive;

import dev.holdfast.codec.cipher.BlockCipher;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.engine.work.ComputeSlots;
import dev.holdfast.repository.archive.ArchivePath;
import java.io.InputStream;
import java.util.Optional;

/**
 * A file that can answer a request for WAL.
 *
 * @param directory where it is
 * @param fileName its name there
 * @param hash SHA-1 of its content, which only segments have in their names
 * @param compression how it is stored
 */
record ArchivedFile(
    ArchiveDirectory directory,
    String fileName,
    Optional<Sha1Hash> hash,
    CompressionType compression) {

  static ArchivedFile segment(ArchiveDirectory directory, ArchivePath name) {
    return new ArchivedFile(
        directory, name.fileName(), Optional.of(name.hash()), name.compression());
  }

  static ArchivedFile plain(ArchiveDirectory directory, String fileName) {
    return new ArchivedFile(directory, fileName, Optional.empty(), CompressionType.NONE);
  }

  /**
   * The content as PostgreSQL wrote it.
   *
   * @param slots the reading thread holds one of them, and gives it back while it waits
   */
  InputStream open(ComputeSlots slots) {
    InputStream stored =
        slots.reading(slots.await(() -> directory.storage().read(directory.path(fileName))));
    InputStream clear =
        directory.pass().isPresent()
            ? BlockCipher.decrypt(stored, directory.pass().get(), false)
            : stored;
    return compression.decompress(clear, false);
  }

  /** The path from the archive id on, as messages name it. */
  String nameFromId() {
    return directory.nameFromId(fileName);
  }
}

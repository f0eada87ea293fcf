package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.control.PgControlFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A data directory, unpacked from the tar archive that the server makes of its own. */
final class UnpackedArchive {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Path directory;
  private final FileAttribute<Set<PosixFilePermission>> directories;
  private final FileAttribute<Set<PosixFilePermission>> files;
  private final byte[] buffer = new byte[BUFFER_BYTES];

  /**
   * Into a directory that does not exist yet.
   *
   * @param groupReads whether the group may read it, as PostgreSQL allows
   */
  UnpackedArchive(Path directory, boolean groupReads) {
    this.directory = directory;
    this.directories = mode(groupReads ? "rwxr-x---" : "rwx------");
    this.files = mode(groupReads ? "rw-r-----" : "rw-------");
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }

  /**
   * Unpacks all of a stream, which somebody else closes.
   *
   * @throws HoldfastException path-create (47), file-write (64), format (29)
   */
  void unpack(InputStream stream) {
    create(directory);
    try {
      // Closing it would close the stream, too.
      TarArchiveInputStream archive = new TarArchiveInputStream(stream);
      TarArchiveEntry entry = archive.getNextEntry();
      while (entry != null) {
        unpack(entry, archive);
        entry = archive.getNextEntry();
      }
      // What follows the archive's end mark is nothing, but has to be read.
      stream.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write the copy '" + directory + "': " + e, e);
    }
  }

  private void unpack(TarArchiveEntry entry, InputStream content) throws IOException {
    Path path = directory.resolve(entry.getName()).normalize();
    if (!path.startsWith(directory)) {
      throw strange(entry);
    }
    if (entry.isDirectory()) {
      if (!Files.isDirectory(path)) {
        create(path);
      }
    } else if (entry.isFile()) {
      try (OutputStream file = open(path)) {
        int count = content.read(buffer);
        while (count >= 0) {
          file.write(buffer, 0, count);
          count = content.read(buffer);
        }
      }
    } else {
      throw strange(entry);
    }
  }

  private OutputStream open(Path path) throws IOException {
    Files.createFile(path, files);
    return Files.newOutputStream(path, StandardOpenOption.WRITE);
  }

  private void create(Path path) {
    try {
      Files.createDirectory(path, directories);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE, "unable to create '" + path + "': " + e, e);
    }
  }

  /** It comes after all the files that it vouches for. */
  void requireControlFile() {
    if (!Files.exists(directory.resolve(PgControlFile.NAME))) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "the server's copy has no '" + PgControlFile.NAME + "'");
    }
  }

  private static HoldfastException strange(TarArchiveEntry entry) {
    return new HoldfastException(
        ErrorCode.FORMAT,
        "the server's copy has '" + entry.getName() + "', which is no file of a data directory");
  }
}

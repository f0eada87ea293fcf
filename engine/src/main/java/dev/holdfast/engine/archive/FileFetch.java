package dev.holdfast.engine.archive;

import dev.holdfast.codec.digest.HashingInputStream;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.engine.work.ComputeSlots;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Brings a file out of the archive. The first repository whose copy is whole wins; a segment is
 * whole when its SHA-1 is the one in its name.
 *
 * <p>The content appears under its name at once or not at all, but is not synced: after a crash
 * PostgreSQL asks for a segment again rather than believe what lies in its directory.
 *
 * @param temporary the whole content, under a name of its own beside the destination
 * @param source which copy it is
 * @param warnings what was wrong with the copies before
 */
record FileFetch(Path temporary, ArchivedFile source, List<String> warnings) {
  private static final int BUFFER_SIZE = 256 * 1024;
  private static final int RADIX = 36;
  private static final int UNIQUE_LENGTH = 8;
  private static final FileAttribute<?> MODE =
      PosixFilePermissions.asFileAttribute(
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  FileFetch {
    warnings = List.copyOf(warnings);
  }

  /**
   * Fetches into a temporary file beside {@code destination}.
   *
   * @param request what PostgreSQL calls the file
   * @param slots the calling thread takes one, and gives it back while it waits for a repository
   * @throws HoldfastException file-read (42) if no copy is whole
   */
  static FileFetch toTemporary(
      String request, List<ArchivedFile> copies, Path destination, ComputeSlots slots) {
    return slots.compute(() -> fetch(request, copies, destination, slots));
  }

  private static FileFetch fetch(
      String request, List<ArchivedFile> copies, Path destination, ComputeSlots slots) {
    List<String> warnings = new ArrayList<>();
    for (ArchivedFile copy : copies) {
      Path temporary = temporaryFor(destination);
      try {
        write(copy, temporary, slots);
        return new FileFetch(temporary, copy, warnings);
      } catch (HoldfastException e) {
        warnings.add(
            "%s: %s [%s] %s"
                .formatted(
                    copy.directory().repositoryName(),
                    copy.nameFromId(),
                    e.code().typeName(),
                    RepositoryErrors.text(e)));
      }
    }
    throw new HoldfastException(
        ErrorCode.FILE_READ, "unable to get " + request + ":\n" + String.join("\n", warnings));
  }

  /** Gives the content its name. */
  void moveTo(Path destination) {
    move(temporary, destination);
  }

  private static void write(ArchivedFile copy, Path temporary, ComputeSlots slots) {
    boolean whole = false;
    try (HashingInputStream input = new HashingInputStream(copy.open(slots))) {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              MODE)) {
        transfer(input, channel);
      }
      Sha1Hash actual = input.hash();
      if (copy.hash().isPresent() && !copy.hash().get().equals(actual)) {
        throw new HoldfastException(
            ErrorCode.CHECKSUM,
            "the content's SHA-1 is %s, not the one in the name".formatted(actual),
            "the file is damaged, or encrypted with another passphrase.");
      }
      whole = true;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + temporary + "': " + e.getMessage(), e);
    } finally {
      if (!whole) {
        discard(temporary);
      }
    }
  }

  private static void transfer(InputStream input, FileChannel channel) throws IOException {
    byte[] bytes = new byte[BUFFER_SIZE];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
      buffer.clear().limit(count);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  /** Renames, or copies where spool and WAL are on different file systems. */
  static void move(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      copyAcross(from, to);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MOVE, "unable to move '" + from + "' to '" + to + "'", e);
    }
  }

  private static void copyAcross(Path from, Path to) {
    Path temporary = temporaryFor(to);
    try {
      Files.copy(from, temporary);
      Files.move(temporary, to, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(from);
    } catch (FileAlreadyExistsException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MOVE, "unable to move '" + from + "' to '" + to + "'", e);
    } catch (IOException e) {
      discard(temporary);
      throw new HoldfastException(
          ErrorCode.FILE_MOVE, "unable to move '" + from + "' to '" + to + "'", e);
    }
  }

  private static void discard(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException leftBehind) {
      // The error that led here says what is wrong; a temporary file is never taken for the real.
    }
  }

  /** A new name beside this one. */
  static Path temporaryFor(Path destination) {
    StringBuilder name = new StringBuilder(String.valueOf(destination.getFileName())).append('.');
    for (int count = 0; count < UNIQUE_LENGTH; count++) {
      name.append(Character.forDigit(ThreadLocalRandom.current().nextInt(RADIX), RADIX));
    }
    return destination.resolveSibling(name.append(".hftmp").toString());
  }
}

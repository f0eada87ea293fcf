package dev.holdfast.engine.archive;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.engine.work.ComputeSlots;
import dev.holdfast.postgres.control.WalHeader;
import dev.holdfast.repository.archive.ArchivePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pushes single files into every repository. Holds no state: the workers of an asynchronous push
 * share one.
 *
 * @param targets where to
 * @param compression of segments; other files are small and stay as they are
 * @param level of the compression
 * @param headerCheck whether the segment's header must name the stanza's cluster
 * @param modeCheck whether to warn when the archive has the segment already
 * @param forcedVersion the version to take the WAL for; null to read it from the header
 * @param branches refuses the WAL of an old primary; null to take it
 * @param slots the calling thread holds one of them, and gives it back while it waits
 */
record SegmentPush(
    ArchiveTargets targets,
    CompressionType compression,
    int level,
    boolean headerCheck,
    boolean modeCheck,
    @Nullable PgVersion forcedVersion,
    @Nullable BranchGuard branches,
    ComputeSlots slots) {
  private static final int BUFFER_SIZE = 256 * 1024;

  /**
   * Pushes a file.
   *
   * @param source where it is
   * @param name what PostgreSQL calls it
   * @return warnings
   * @throws HoldfastException archive-mismatch (44) for the WAL of another cluster,
   *     archive-duplicate (45) if the archive has other content under this name, command (104) if
   *     any repository did not receive it, though others may have
   */
  List<String> push(Path source, String name) {
    List<String> errors = new ArrayList<>(targets.errors());
    List<String> warnings = new ArrayList<>();
    if (WalFileName.isSegment(name)) {
      if (headerCheck) {
        checkHeader(source);
      }
      Sha1Hash hash = hash(source);
      List<ArchiveDirectory> missing = withoutSegment(source, name, hash, warnings, errors);
      if (!missing.isEmpty()) {
        String stored = WalFileName.stored(name, missing.getFirst().archiveId(), hash, compression);
        copy(source, missing, stored, compression, errors);
      }
    } else {
      copy(source, targets.directories(), name, CompressionType.NONE, errors);
    }
    if (!errors.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.COMMAND,
          "archive-push command encountered error(s):\n" + String.join("\n", errors));
    }
    return warnings;
  }

  private void checkHeader(Path source) {
    WalHeader header = WalHeader.read(source, forcedVersion);
    if (!header.version().equals(targets.version())
        || !header.systemId().equals(targets.system())) {
      throw new HoldfastException(
          ErrorCode.ARCHIVE_MISMATCH,
          "WAL file '%s' version %s, system-id %s do not match stanza version %s, system-id %s"
              .formatted(
                  source,
                  header.version(),
                  header.systemId(),
                  targets.version(),
                  targets.system()));
    }
  }

  /** The repositories that do not have the segment yet. */
  private List<ArchiveDirectory> withoutSegment(
      Path source, String walFile, Sha1Hash hash, List<String> warnings, List<String> errors) {
    List<ArchiveDirectory> missing = new ArrayList<>();
    for (ArchiveDirectory directory : targets.directories()) {
      List<ArchivePath> found;
      try {
        found = slots.await(() -> findOne(directory, walFile));
        if (found.isEmpty()) {
          refuseAbandoned(directory, source, walFile);
        }
      } catch (BranchGuard.Abandoned e) {
        throw e;
      } catch (HoldfastException e) {
        errors.add(RepositoryErrors.line(directory.repositoryKey(), e));
        continue;
      }
      if (found.isEmpty()) {
        missing.add(directory);
      } else if (!found.getFirst().hash().equals(hash)) {
        // Split brain or damage: nothing is pushed anywhere, and what is there is never replaced.
        throw new HoldfastException(
            ErrorCode.ARCHIVE_DUPLICATE,
            "WAL file '%s' already exists in the %s archive with a different checksum"
                .formatted(walFile, directory.repositoryName()));
      } else if (modeCheck) {
        warnings.add(
            """
            WAL file '%s' already exists in the %s archive with the same checksum
            HINT: this is valid in some recovery scenarios but may also indicate a problem.\
            """
                .formatted(walFile, directory.repositoryName()));
      }
    }
    return missing;
  }

  /** What a promotion cut off is archived as a partial segment, for whoever wants to look at it. */
  private void refuseAbandoned(ArchiveDirectory directory, Path source, String walFile) {
    BranchGuard guard = branches;
    if (guard != null && WalSegment.isName(walFile)) {
      WalSegmentSize size = WalHeader.read(source, forcedVersion).segmentSize();
      slots.await(() -> {
        guard.check(directory, WalSegment.parse(walFile), size);
        return walFile;
      });
    }
  }

  /** Whether every repository has the segment, whatever its content. */
  boolean isArchived(String walFile) {
    return targets.errors().isEmpty()
        && targets.directories().stream().noneMatch(directory -> directory.find(walFile).isEmpty());
  }

  private static List<ArchivePath> findOne(ArchiveDirectory directory, String walFile) {
    List<ArchivePath> found = directory.find(walFile);
    if (found.size() > 1) {
      throw duplicates(walFile, found);
    }
    return found;
  }

  /** The error that one segment has several files in one repository. */
  static HoldfastException duplicates(String walFile, List<ArchivePath> found) {
    return new HoldfastException(
        ErrorCode.ARCHIVE_DUPLICATE,
        "duplicates found in archive for WAL segment "
            + walFile
            + ": "
            + String.join(", ", found.stream().map(ArchivePath::fileName).toList()),
        "are multiple primaries archiving to this stanza?");
  }

  private static Sha1Hash hash(Path source) {
    Sha1 sha1 = new Sha1();
    try (InputStream input = open(source)) {
      byte[] buffer = new byte[BUFFER_SIZE];
      for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
        sha1.update(buffer, 0, count);
      }
    } catch (IOException e) {
      throw unreadable(source, e);
    }
    return sha1.hash();
  }

  private void copy(
      Path source,
      List<ArchiveDirectory> directories,
      String fileName,
      CompressionType type,
      List<String> errors) {
    try (InputStream input = open(source)) {
      RepositoryFanOut fanOut = new RepositoryFanOut(directories, fileName, errors);
      try {
        try (OutputStream output = compressing(type, fanOut)) {
          byte[] buffer = new byte[BUFFER_SIZE];
          for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
            output.write(buffer, 0, count);
          }
        }
        slots.await(() -> {
          fanOut.commit();
          return fanOut;
        });
      } finally {
        fanOut.abandon();
      }
    } catch (IOException e) {
      throw unreadable(source, e);
    }
  }

  private OutputStream compressing(CompressionType type, OutputStream output) {
    return type == CompressionType.NONE ? output : type.compress(output, level, false);
  }

  private static InputStream open(Path source) {
    try {
      return Files.newInputStream(source);
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "unable to open missing file '" + source + "' for read", e);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_OPEN, "unable to open file '" + source + "' for read", e);
    }
  }

  private static HoldfastException unreadable(Path source, IOException cause) {
    return new HoldfastException(ErrorCode.FILE_READ, "unable to read '" + source + "'", cause);
  }
}

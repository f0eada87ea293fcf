package dev.holdfast.engine.stream;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a segment that no repository has as a whole, with zeros up to its size.
 *
 * @param file where it is; the caller moves or removes it
 * @param bytes how many bytes of WAL it has
 * @param repositoryKey the number of the repository that it is from
 * @param warnings what was left out there, and in others
 */
public record SegmentTail(Path file, int bytes, int repositoryKey, List<String> warnings) {
  private static final int ATTEMPTS = 5;
  private static final FileAttribute<?> MODE =
      PosixFilePermissions.asFileAttribute(
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  /** Copies the list. */
  public SegmentTail {
    warnings = List.copyOf(warnings);
  }

  /**
   * Puts together the longest beginning that any repository has.
   *
   * @param stores where to look
   * @param system the cluster's identifier
   * @param size of the cluster's segments
   * @param temporary names for files, each a new one
   * @return nothing if no repository has the segment's first piece
   * @throws HoldfastException what kept a repository from answering, unless another has something
   */
  public static Optional<SegmentTail> longest(
      List<PieceStore> stores,
      WalSegment segment,
      SystemIdentifier system,
      WalSegmentSize size,
      Supplier<Path> temporary) {
    @Nullable SegmentTail best = null;
    @Nullable HoldfastException failure = null;
    List<String> warnings = new ArrayList<>();
    for (PieceStore store : stores) {
      Path file = temporary.get();
      boolean kept = false;
      try {
        TailAssembly.Tail tail = assemble(store, segment, system, size, file);
        warnings.addAll(tail.warnings());
        if (tail.bytes() > (best == null ? 0 : best.bytes())) {
          if (best != null) {
            discard(best.file());
          }
          best = new SegmentTail(file, tail.bytes(), store.repositoryKey(), List.of());
          kept = true;
        }
      } catch (HoldfastException e) {
        failure = e;
        warnings.add(store.repositoryName() + ": [" + e.code().typeName() + "] " + e.getMessage());
      } finally {
        if (!kept) {
          discard(file);
        }
      }
    }
    if (best == null) {
      if (failure != null) {
        throw failure;
      }
      return Optional.empty();
    }
    return Optional.of(new SegmentTail(best.file(), best.bytes(), best.repositoryKey(), warnings));
  }

  private static TailAssembly.Tail assemble(
      PieceStore store,
      WalSegment segment,
      SystemIdentifier system,
      WalSegmentSize size,
      Path file) {
    for (int attempt = 1; ; attempt++) {
      try (FileChannel channel =
          FileChannel.open(
              file, EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), MODE)) {
        return TailAssembly.assemble(store, segment, system, size, channel.truncate(0));
      } catch (HoldfastException e) {
        // The writer merges pieces while we read them: the next list has the merged one.
        if (e.code() != ErrorCode.FILE_MISSING || attempt == ATTEMPTS) {
          throw e;
        }
      } catch (IOException e) {
        throw new HoldfastException(
            ErrorCode.FILE_WRITE, "unable to write '" + file + "': " + e.getMessage(), e);
      }
    }
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException leftBehind) {
      // A temporary file is never taken for a segment.
    }
  }
}

package dev.holdfast.engine.archive;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.archive.ArchivePath;

/** What PostgreSQL's name of a WAL file says about it. */
final class WalFileName {
  static final String PARTIAL = ".partial";

  private static final int SEGMENT_LENGTH = 24;

  private WalFileName() {}

  /** Whether it is a segment, whole or partial: those are stored under their SHA-1. */
  static boolean isSegment(String walFile) {
    if (walFile.length() == SEGMENT_LENGTH) {
      return WalSegment.isName(walFile);
    }
    return walFile.length() == SEGMENT_LENGTH + PARTIAL.length()
        && walFile.endsWith(PARTIAL)
        && WalSegment.isName(walFile.substring(0, SEGMENT_LENGTH));
  }

  /** The name under which a segment is stored, which is the same in every repository. */
  static String stored(String walFile, ArchiveId id, Sha1Hash hash, CompressionType compression) {
    return new ArchivePath(
            id,
            WalSegment.parse(walFile.substring(0, SEGMENT_LENGTH)),
            walFile.endsWith(PARTIAL),
            hash,
            compression)
        .fileName();
  }
}

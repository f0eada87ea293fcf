package dev.holdfast.repository.archive;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.RepositoryLayout;
import java.util.Optional;

/**
 * A WAL segment as it lies in the archive: {@code <24 hex>[.partial]-<sha1>[.gz|.bz2|.lz4|.zst]}.
 *
 * @param archiveId the cluster's archive
 * @param segment the segment
 * @param partial whether it is the beginning of a segment that a promotion cut off
 * @param hash SHA-1 of the WAL before compression and encryption
 * @param compression how it is compressed
 */
public record ArchivePath(
    ArchiveId archiveId,
    WalSegment segment,
    boolean partial,
    Sha1Hash hash,
    CompressionType compression) {
  private static final String PARTIAL = ".partial";
  private static final int HASH_LENGTH = 40;

  /** Parses a stored name; nothing when it is no segment's. */
  public static Optional<ArchivePath> parse(ArchiveId archiveId, String fileName) {
    CompressionType compression = CompressionType.ofFileName(fileName);
    String name = fileName.substring(0, fileName.length() - compression.extension().length());
    int hyphen = name.length() - HASH_LENGTH - 1;
    if (hyphen < 24 || name.charAt(hyphen) != '-' || !isHash(name, hyphen + 1)) {
      return Optional.empty();
    }
    String segment = name.substring(0, 24);
    String rest = name.substring(24, hyphen);
    if (!WalSegment.isName(segment) || !(rest.isEmpty() || rest.equals(PARTIAL))) {
      return Optional.empty();
    }
    return Optional.of(
        new ArchivePath(
            archiveId,
            WalSegment.parse(segment),
            !rest.isEmpty(),
            Sha1Hash.parse(name.substring(hyphen + 1)),
            compression));
  }

  private static boolean isHash(String text, int start) {
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }

  /** The name that PostgreSQL knows: 24 digits, and {@code .partial} where it is one. */
  public String walName() {
    return segment + (partial ? PARTIAL : "");
  }

  /** The stored name. */
  public String fileName() {
    return walName() + "-" + hash.hex() + compression.extension();
  }

  /** Where it lies in the repository. */
  public String path(StanzaName stanza) {
    return RepositoryLayout.archiveFile(stanza, archiveId, fileName());
  }
}

package dev.holdfast.engine.stream;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import java.nio.file.Path;

/**
 * Whose WAL is stored in pieces, and how.
 *
 * @param walDirectory where PostgreSQL writes it
 * @param system the cluster's identifier
 * @param size of the cluster's segments
 * @param compression of the pieces
 * @param level of the compression
 */
public record TailSource(
    Path walDirectory,
    SystemIdentifier system,
    WalSegmentSize size,
    CompressionType compression,
    int level) {

  SegmentFile open(WalSegment segment) {
    return SegmentFile.open(walDirectory.resolve(segment.toString()));
  }
}

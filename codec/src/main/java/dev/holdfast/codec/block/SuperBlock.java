package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;

/**
 * Where some blocks are stored together.
 *
 * @param reference index of the backup in the manifest's references
 * @param bundleId number of the bundle in that backup; 0 for a file of its own
 * @param offset where it begins in the bundle or file, in bytes
 * @param storedSize its bytes there, compressed and encrypted
 * @param size its bytes when decoded
 */
public record SuperBlock(int reference, long bundleId, long offset, long storedSize, long size) {
  /** Refuses what cannot be stored. */
  public SuperBlock {
    if (reference < 0
        || bundleId < 0
        || offset < 0
        || storedSize < 1
        || size < 1
        || offset + storedSize < 0) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "a super block of reference %d, bundle %d, offset %d, stored size %d, size %d cannot be"
              .formatted(reference, bundleId, offset, storedSize, size));
    }
  }
}

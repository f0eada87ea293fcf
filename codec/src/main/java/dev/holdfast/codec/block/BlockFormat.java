package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;

/**
 * How a file is split into blocks; the same for all backups that share its blocks.
 *
 * @param blockSize in bytes; only a file's last block may be smaller
 * @param hashSize how many bytes of each block's hash the map keeps, 1 to 16
 */
public record BlockFormat(int blockSize, int hashSize) {
  private static final int LARGEST_BLOCK = 1 << 30;

  /** Refuses sizes that cannot be. */
  public BlockFormat {
    if (blockSize < 1 || blockSize > LARGEST_BLOCK) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "blocks of " + blockSize + " bytes are not possible");
    }
    if (hashSize < 1 || hashSize > BlockHash.LARGEST_SIZE) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "block hashes of " + hashSize + " bytes are not possible");
    }
  }

  /** How many blocks so many bytes make, the last one possibly a partial one. */
  long blocksOf(long size) {
    return size / blockSize + (size % blockSize == 0 ? 0 : 1);
  }
}

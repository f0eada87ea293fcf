package dev.holdfast.codec.block;

import java.util.ArrayList;
import java.util.List;

/** Takes the hashes of the blocks of a file that exists, to find out which ones a restore needs. */
public final class BlockHasher {
  private final BlockFormat format;
  private final byte[] partial;
  private final List<BlockHash> hashes = new ArrayList<>();
  private int partialLength;

  /** Hashes blocks of the format's size. */
  public BlockHasher(BlockFormat format) {
    this.format = format;
    this.partial = new byte[format.blockSize()];
  }

  /** Takes the next bytes of the file. */
  public void update(byte[] bytes, int offset, int length) {
    int blockSize = format.blockSize();
    int position = offset;
    int end = offset + length;
    if (partialLength > 0) {
      int count = Math.min(blockSize - partialLength, length);
      System.arraycopy(bytes, position, partial, partialLength, count);
      partialLength += count;
      position += count;
      if (partialLength < blockSize) {
        return;
      }
      add(partial, 0, blockSize);
      partialLength = 0;
    }
    for (; end - position >= blockSize; position += blockSize) {
      add(bytes, position, blockSize);
    }
    partialLength = end - position;
    System.arraycopy(bytes, position, partial, 0, partialLength);
  }

  private void add(byte[] bytes, int offset, int length) {
    hashes.add(BlockHash.of(bytes, offset, length, format.hashSize()));
  }

  /** The hashes of all blocks, in order; nothing may be taken after it. */
  public List<BlockHash> finish() {
    if (partialLength > 0) {
      add(partial, 0, partialLength);
      partialLength = 0;
    }
    return List.copyOf(hashes);
  }
}

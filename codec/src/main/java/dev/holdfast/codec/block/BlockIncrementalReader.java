package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;

/** Decodes super blocks and hands out the blocks wanted from them. */
public final class BlockIncrementalReader {
  private final BlockCoding coding;

  /** Decodes what was encoded in this way. */
  public BlockIncrementalReader(BlockCoding coding) {
    this.coding = coding;
  }

  /**
   * Performs one read of a {@link BlockRestorePlan}. Every block is checked against its hash before
   * the sink gets it: damage throws a {@code HoldfastException} with code CHECKSUM, FORMAT or
   * CRYPTO, and the sink may have got earlier blocks by then.
   *
   * @param stored gives the bytes from {@link SuperBlockRead#offset()} on; it is read for {@link
   *     SuperBlockRead#size()} bytes and left open
   */
  public void read(SuperBlockRead read, InputStream stored, BlockSink sink) throws IOException {
    byte[] block = new byte[read.format().blockSize()];
    for (SuperBlockRead.Wanted wanted : read.superBlocks()) {
      readSuperBlock(read.format(), wanted, stored, block, sink);
    }
  }

  private void readSuperBlock(
      BlockFormat format,
      SuperBlockRead.Wanted wanted,
      InputStream stored,
      byte[] block,
      BlockSink sink)
      throws IOException {
    SuperBlock superBlock = wanted.superBlock();
    StoredInput limited = new StoredInput(stored, superBlock.storedSize());
    long position = 0;
    try (InputStream decoded = coding.superBlockInput(limited)) {
      for (SuperBlockRead.Block next : wanted.blocks()) {
        long begin = next.number() * format.blockSize();
        skip(decoded, begin - position, superBlock, block);
        int length = (int) Math.min(format.blockSize(), superBlock.size() - begin);
        fill(decoded, block, length, superBlock);
        position = begin + length;
        BlockHash hash = BlockHash.of(block, 0, length, format.hashSize());
        if (!hash.equals(next.hash())) {
          throw new HoldfastException(
              ErrorCode.CHECKSUM,
              "block %d of the super block %s does not match its hash"
                  .formatted(next.number(), where(superBlock)));
        }
        sink.write(next.offset(), block, length);
      }
      if (position == superBlock.size() && decoded.read() >= 0) {
        throw new HoldfastException(
            ErrorCode.FORMAT, "the super block " + where(superBlock) + " is too long");
      }
      limited.drain();
    }
  }

  private static void skip(InputStream decoded, long length, SuperBlock superBlock, byte[] scratch)
      throws IOException {
    long left = length;
    while (left > 0) {
      int count = (int) Math.min(left, scratch.length);
      fill(decoded, scratch, count, superBlock);
      left -= count;
    }
  }

  private static void fill(InputStream decoded, byte[] bytes, int length, SuperBlock superBlock)
      throws IOException {
    if (decoded.readNBytes(bytes, 0, length) < length) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "the super block " + where(superBlock) + " is too short");
    }
  }

  private static String where(SuperBlock superBlock) {
    return "at %d (reference %d, bundle %d)"
        .formatted(superBlock.offset(), superBlock.reference(), superBlock.bundleId());
  }
}

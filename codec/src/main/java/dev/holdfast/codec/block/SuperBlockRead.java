package dev.holdfast.codec.block;

import java.util.List;

/**
 * One read of adjacent super blocks, for {@link BlockIncrementalReader}.
 *
 * @param format how the file is split
 * @param superBlocks in the order in which they are stored, without gaps; never empty
 */
public record SuperBlockRead(BlockFormat format, List<Wanted> superBlocks) {
  /**
   * A super block and the blocks wanted from it.
   *
   * @param superBlock where it is
   * @param blocks by their number in it, ascending; never empty
   */
  public record Wanted(SuperBlock superBlock, List<Block> blocks) {
    /** Copies the list. */
    public Wanted {
      blocks = List.copyOf(blocks);
    }
  }

  /**
   * A block and where it goes.
   *
   * @param number within the super block
   * @param offset in the restored file, in bytes
   * @param hash what its bytes must hash to
   */
  public record Block(long number, long offset, BlockHash hash) {}

  /** Copies the list. */
  public SuperBlockRead {
    superBlocks = List.copyOf(superBlocks);
  }

  /** Index of the backup in the manifest's references. */
  public int reference() {
    return superBlocks.getFirst().superBlock().reference();
  }

  /** Number of the bundle in that backup; 0 for a file of its own. */
  public long bundleId() {
    return superBlocks.getFirst().superBlock().bundleId();
  }

  /** Where to read from, in the bundle or file. */
  public long offset() {
    return superBlocks.getFirst().superBlock().offset();
  }

  /** How many bytes to read. */
  public long size() {
    SuperBlock last = superBlocks.getLast().superBlock();
    return last.offset() + last.storedSize() - offset();
  }
}

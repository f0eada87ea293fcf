package dev.holdfast.engine.backup;

import dev.holdfast.codec.block.BlockSizing;
import dev.holdfast.codec.compress.CompressionType;
import java.util.Optional;

/**
 * How files are stored.
 *
 * @param compression the compression of every file
 * @param level its level
 * @param bundle how small files are stored together; empty to store each by itself
 * @param blocks how large files are stored as blocks; empty to store them whole
 * @param hardlink whether unchanged files are linked into the backup's directory
 */
public record StoringOptions(
    CompressionType compression,
    int level,
    Optional<Bundles> bundle,
    Optional<Blocks> blocks,
    boolean hardlink) {

  /**
   * How small files are stored together.
   *
   * @param size bytes of files that make a bundle full
   * @param limit bytes up to which a file goes into a bundle
   */
  public record Bundles(long size, long limit) {}

  /**
   * How files are stored as blocks.
   *
   * @param sizing block sizes by file size and age
   * @param superBlockFull bytes of blocks that are compressed together in a full backup
   * @param superBlockOther the same in the others
   */
  public record Blocks(BlockSizing sizing, long superBlockFull, long superBlockOther) {}

  /** The same with another compression. */
  StoringOptions with(CompressionType newCompression, int newLevel) {
    return new StoringOptions(newCompression, newLevel, bundle, blocks, hardlink);
  }
}

package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.List;

/**
 * Where all the blocks of a file are, in the order of the file.
 *
 * @param format how the file is split
 * @param entries one for every block
 */
public record BlockMap(BlockFormat format, List<BlockMapEntry> entries) {
  /** Copies the list. */
  public BlockMap {
    entries = List.copyOf(entries);
  }

  /**
   * Reads a map from its bytes (decrypted). Throws a {@code HoldfastException} with code FORMAT
   * when they are not a map; memory stays in proportion to the bytes given.
   */
  public static BlockMap read(byte[] bytes, BlockFormat format) {
    return new BlockMapParser(bytes, format).parse();
  }

  /** The map's bytes, before encryption. */
  public byte[] write() {
    return new BlockMapFormatter(this).format();
  }

  /** How many blocks the file has. */
  public int size() {
    return entries.size();
  }

  /** Refuses a map that does not have as many blocks as a file of this size. */
  public void expectFileSize(long fileSize) {
    if (format.blocksOf(fileSize) != entries.size()) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "a block map of %d blocks of %d bytes does not describe a file of %d bytes"
              .formatted(entries.size(), format.blockSize(), fileSize));
    }
  }
}

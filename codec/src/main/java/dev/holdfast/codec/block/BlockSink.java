package dev.holdfast.codec.block;

import java.io.IOException;

/** Writes restored blocks into their file. */
@FunctionalInterface
public interface BlockSink {
  /**
   * Writes one block.
   *
   * @param fileOffset where it goes, in bytes
   * @param bytes holds it from its beginning on; used again for the next block
   * @param length of the block in bytes
   */
  void write(long fileOffset, byte[] bytes, int length) throws IOException;
}

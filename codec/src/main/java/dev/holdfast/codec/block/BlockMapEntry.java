package dev.holdfast.codec.block;

/**
 * Where one block of a file is.
 *
 * @param superBlock holds it
 * @param block its number within the super block, from 0
 * @param hash of its bytes
 */
public record BlockMapEntry(SuperBlock superBlock, long block, BlockHash hash) {}

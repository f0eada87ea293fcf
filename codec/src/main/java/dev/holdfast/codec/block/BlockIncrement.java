package dev.holdfast.codec.block;

/**
 * What a block-incremental file took in its backup.
 *
 * @param storedSize bytes of super blocks and map together: the manifest's repo-size
 * @param mapSize bytes of the map as stored: the manifest's bim; 0 when nothing has changed, and
 *     then nothing was stored
 */
public record BlockIncrement(long storedSize, long mapSize) {
  /** Whether anything was stored; otherwise the file is the one in the prior backup. */
  public boolean changed() {
    return mapSize > 0;
  }
}

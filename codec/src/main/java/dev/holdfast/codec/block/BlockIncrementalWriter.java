package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of a file and stores the blocks that a prior map does not have, in super blocks,
 * and then the new map.
 *
 * <p>Nothing is written to the sink before the first block that has changed, and nothing at all
 * when none has and the file has not become shorter; so a sink may open its file at the first
 * write. The sink is never closed here, because in a bundle other files follow. {@link #close()}
 * without {@link #finish()} gives up: what was written so far is of no use.
 */
public final class BlockIncrementalWriter extends OutputStream {
  private final BlockFormat format;
  private final long superBlockSize;
  private final int reference;
  private final long bundleId;
  private final long offset;
  private final @Nullable BlockMap prior;
  private final BlockCoding coding;
  private final StoredOutput stored;
  private final byte[] partial;
  private final List<BlockMapEntry> entries = new ArrayList<>();

  /** The open super block, the places of its blocks in the map, and the bytes given to it. */
  private @Nullable OutputStream superBlock;

  private final List<Integer> superBlockEntries = new ArrayList<>();
  private long superBlockBytes;
  private long superBlockStart;
  private int partialLength;
  private boolean ended;

  /**
   * Begins a file.
   *
   * @param sink where super blocks and map go
   * @param superBlockSize bytes of blocks that are compressed together; rounded up to whole blocks
   * @param reference index of the backup being made in the manifest's references
   * @param bundleId number of the bundle being written; 0 for a file of its own
   * @param offset where the file begins in its bundle
   * @param prior the map of the file in the prior backup, in the same format; null to store all
   */
  public BlockIncrementalWriter(
      OutputStream sink,
      BlockFormat format,
      long superBlockSize,
      int reference,
      long bundleId,
      long offset,
      @Nullable BlockMap prior,
      BlockCoding coding) {
    if (prior != null && !prior.format().equals(format)) {
      throw new HoldfastException(
          ErrorCode.ASSERT,
          "a prior map in " + prior.format() + " cannot be continued in " + format);
    }
    this.format = format;
    this.superBlockSize =
        Math.multiplyExact(format.blocksOf(Math.max(1, superBlockSize)), format.blockSize());
    this.reference = reference;
    this.bundleId = bundleId;
    this.offset = offset;
    this.prior = prior;
    this.coding = coding;
    this.stored = new StoredOutput(sink);
    this.partial = new byte[format.blockSize()];
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, bytes.length);
    if (ended) {
      throw new IOException("the block-incremental file has ended");
    }
    int position = from;
    int end = from + length;
    int blockSize = format.blockSize();
    if (partialLength > 0) {
      int count = Math.min(blockSize - partialLength, length);
      System.arraycopy(bytes, position, partial, partialLength, count);
      partialLength += count;
      position += count;
      if (partialLength < blockSize) {
        return;
      }
      addBlock(partial, 0, blockSize);
      partialLength = 0;
    }
    for (; end - position >= blockSize; position += blockSize) {
      addBlock(bytes, position, blockSize);
    }
    partialLength = end - position;
    System.arraycopy(bytes, position, partial, 0, partialLength);
  }

  private void addBlock(byte[] bytes, int from, int length) throws IOException {
    BlockHash hash = BlockHash.of(bytes, from, length, format.hashSize());
    int number = entries.size();
    BlockMap known = prior;
    if (known != null && number < known.size() && known.entries().get(number).hash().equals(hash)) {
      entries.add(known.entries().get(number));
      return;
    }
    OutputStream current = superBlock;
    if (current == null) {
      superBlockStart = stored.count();
      current = coding.superBlockOutput(stored);
      superBlock = current;
    }
    current.write(bytes, from, length);
    // Its sizes are known only at the end; until then a stand-in keeps the entry's place.
    entries.add(
        new BlockMapEntry(
            new SuperBlock(reference, bundleId, offset + superBlockStart, 1, 1),
            superBlockEntries.size(),
            hash));
    superBlockEntries.add(number);
    superBlockBytes += length;
    if (superBlockBytes >= superBlockSize) {
      endSuperBlock(current);
    }
  }

  private void endSuperBlock(OutputStream current) throws IOException {
    superBlock = null;
    current.close();
    SuperBlock complete =
        new SuperBlock(
            reference,
            bundleId,
            offset + superBlockStart,
            stored.count() - superBlockStart,
            superBlockBytes);
    for (int number : superBlockEntries) {
      BlockMapEntry entry = entries.get(number);
      entries.set(number, new BlockMapEntry(complete, entry.block(), entry.hash()));
    }
    superBlockEntries.clear();
    superBlockBytes = 0;
  }

  /**
   * Ends the file: stores the last block and, unless nothing has changed, the map. A file without
   * any bytes has no map: it must be stored as an empty file, not as a block-incremental one.
   */
  public BlockIncrement finish() throws IOException {
    if (ended) {
      throw new IOException("the block-incremental file has ended");
    }
    if (partialLength > 0) {
      addBlock(partial, 0, partialLength);
    }
    ended = true;
    OutputStream current = superBlock;
    if (current != null) {
      endSuperBlock(current);
    }
    boolean shorter = prior != null && entries.size() < prior.size();
    if (entries.isEmpty() || (stored.count() == 0 && !shorter)) {
      return new BlockIncrement(0, 0);
    }
    long mapStart = stored.count();
    try (OutputStream map = coding.mapOutput(stored)) {
      map.write(new BlockMap(format, entries).write());
    }
    return new BlockIncrement(stored.count(), stored.count() - mapStart);
  }

  @Override
  public void close() throws IOException {
    ended = true;
    stored.cutOff();
    OutputStream current = superBlock;
    superBlock = null;
    if (current != null) {
      current.close();
    }
  }
}

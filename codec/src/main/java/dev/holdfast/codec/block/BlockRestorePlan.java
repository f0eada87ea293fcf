package dev.holdfast.codec.block;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Decides what must be read to restore a block-incremental file. */
public final class BlockRestorePlan {
  private BlockRestorePlan() {}

  /**
   * The reads that bring every block that the existing file does not have, in the order of
   * references and offsets; adjacent super blocks are read at once.
   *
   * @param existing the hashes of the existing file's blocks, by {@link BlockHasher}; empty to
   *     restore the whole file
   */
  public static List<SuperBlockRead> of(BlockMap map, List<BlockHash> existing) {
    Map<Integer, List<Open>> references = new TreeMap<>();
    int blockSize = map.format().blockSize();
    for (int i = 0; i < map.size(); i++) {
      BlockMapEntry entry = map.entries().get(i);
      if (i < existing.size() && existing.get(i).equals(entry.hash())) {
        continue;
      }
      List<Open> open =
          references.computeIfAbsent(entry.superBlock().reference(), key -> new ArrayList<>());
      if (open.isEmpty() || !open.getLast().superBlock.equals(entry.superBlock())) {
        open.add(new Open(entry.superBlock()));
      }
      open.getLast()
          .blocks
          .add(new SuperBlockRead.Block(entry.block(), (long) i * blockSize, entry.hash()));
    }
    List<SuperBlockRead> reads = new ArrayList<>();
    for (List<Open> open : references.values()) {
      coalesce(map.format(), open, reads);
    }
    return reads;
  }

  /** A super block whose wanted blocks are still being collected. */
  private static final class Open {
    final SuperBlock superBlock;
    final List<SuperBlockRead.Block> blocks = new ArrayList<>();

    Open(SuperBlock superBlock) {
      this.superBlock = superBlock;
    }
  }

  private static void coalesce(BlockFormat format, List<Open> open, List<SuperBlockRead> reads) {
    List<SuperBlockRead.Wanted> adjacent = new ArrayList<>();
    long end = -1;
    for (Open next : open) {
      if (!adjacent.isEmpty() && next.superBlock.offset() != end) {
        reads.add(new SuperBlockRead(format, adjacent));
        adjacent.clear();
      }
      adjacent.add(new SuperBlockRead.Wanted(next.superBlock, next.blocks));
      end = next.superBlock.offset() + next.superBlock.storedSize();
    }
    if (!adjacent.isEmpty()) {
      reads.add(new SuperBlockRead(format, adjacent));
    }
  }
}

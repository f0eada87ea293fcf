package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes the map's grammar. */
final class BlockMapFormatter {
  private final BlockMap map;
  private final BlockFormat format;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Map<Integer, Reference> references = new HashMap<>();
  private long lastStoredSize;

  /** Adjacent blocks of the file that lie adjacent in one super block: entries from to end. */
  private record Run(SuperBlock superBlock, long firstBlock, int from, int end) {
    int count() {
      return end - from;
    }

    /** Whether its super block lies right behind the other's, so that it needs no reference. */
    boolean follows(Run before) {
      SuperBlock previous = before.superBlock();
      return superBlock.reference() == previous.reference()
          && superBlock.offset() == previous.offset() + previous.storedSize();
    }
  }

  /** What was last written of a reference. */
  private static final class Reference {
    final long bundleId;
    long size;
    long offset = -1;
    long nextOffset;
    long nextBlock;

    Reference(long bundleId, long size) {
      this.bundleId = bundleId;
      this.size = size;
    }
  }

  BlockMapFormatter(BlockMap map) {
    this.map = map;
    this.format = map.format();
  }

  byte[] format() {
    if (map.size() == 0) {
      throw new HoldfastException(ErrorCode.ASSERT, "an empty block map cannot be written");
    }
    number(0);
    List<Run> runs = runs();
    int from = 0;
    while (from < runs.size()) {
      int end = from + 1;
      while (end < runs.size() && runs.get(end).follows(runs.get(end - 1))) {
        end++;
      }
      writeReference(runs.subList(from, end), end == runs.size());
      from = end;
    }
    return out.toByteArray();
  }

  private List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    List<BlockMapEntry> entries = map.entries();
    int from = 0;
    while (from < entries.size()) {
      BlockMapEntry first = entries.get(from);
      int end = from + 1;
      while (end < entries.size()
          && entries.get(end).superBlock().equals(first.superBlock())
          && entries.get(end).block() == first.block() + end - from) {
        end++;
      }
      runs.add(new Run(first.superBlock(), first.block(), from, end));
      from = end;
    }
    return runs;
  }

  private void writeReference(List<Run> runs, boolean last) {
    SuperBlock first = runs.getFirst().superBlock();
    long encoded =
        (long) first.reference() << BlockMapBits.REFERENCE_SHIFT | (last ? BlockMapBits.LAST : 0);
    Reference reference = references.get(first.reference());
    boolean continued = false;
    if (reference == null) {
      reference = new Reference(first.bundleId(), format.blockSize());
      references.put(first.reference(), reference);
      number(
          encoded
              | (first.bundleId() > 0 ? BlockMapBits.HAS_BUNDLE : 0)
              | (first.offset() > 0 ? BlockMapBits.HAS_OFFSET : 0));
      numberUnlessZero(first.bundleId());
      numberUnlessZero(first.offset());
      reference.nextOffset = first.offset();
    } else if (first.offset() == reference.offset) {
      continued = true;
      number(
          encoded
              | BlockMapBits.CONTINUES
              | (runs.size() == 1 ? BlockMapBits.CONTINUED_IS_LAST : 0));
    } else {
      long gap = first.offset() - reference.nextOffset;
      expect(gap >= 0, "super blocks are out of order");
      number(encoded | (gap > 0 ? BlockMapBits.HAS_OFFSET : 0));
      numberUnlessZero(gap);
      reference.nextOffset = first.offset();
    }
    for (int i = 0; i < runs.size(); i++) {
      writeRun(reference, runs.get(i), continued && i == 0, i == runs.size() - 1);
    }
  }

  private void writeRun(Reference reference, Run run, boolean continued, boolean last) {
    SuperBlock superBlock = run.superBlock();
    boolean explicit =
        continued || run.firstBlock() != 0 || run.count() != format.blocksOf(superBlock.size());
    if (!continued) {
      beginSuperBlock(reference, superBlock, explicit, last);
    }
    lastStoredSize = superBlock.storedSize();
    if (explicit) {
      long gap = run.firstBlock() - reference.nextBlock;
      expect(gap >= 0, "blocks are out of order");
      number((run.count() - 1L) << 1 | (gap > 0 ? BlockMapBits.HAS_GAP : 0));
      numberUnlessZero(gap);
    }
    reference.nextBlock = run.firstBlock() + run.count();
    for (BlockMapEntry entry : map.entries().subList(run.from(), run.end())) {
      out.write(entry.hash().bytes(), 0, format.hashSize());
    }
  }

  private void beginSuperBlock(
      Reference reference, SuperBlock superBlock, boolean explicit, boolean last) {
    expect(
        superBlock.offset() == reference.nextOffset && superBlock.bundleId() == reference.bundleId,
        "super blocks of a reference are not adjacent");
    boolean sizeChanges = superBlock.size() != reference.size;
    long storedSize =
        lastStoredSize == 0
            ? superBlock.storedSize()
            : BlockMapBits.zigzag(superBlock.storedSize() - lastStoredSize);
    number(
        storedSize << BlockMapBits.SUPER_BLOCK_SHIFT
            | (last ? BlockMapBits.LAST : 0)
            | (sizeChanges ? BlockMapBits.SIZE_CHANGES : 0)
            | (explicit ? BlockMapBits.HAS_BLOCKS : 0));
    if (sizeChanges) {
      long remainder = superBlock.size() % format.blockSize();
      number(
          superBlock.size() / format.blockSize() << 1
              | (remainder > 0 ? BlockMapBits.HAS_REMAINDER : 0));
      numberUnlessZero(remainder);
      reference.size = superBlock.size();
    }
    reference.offset = superBlock.offset();
    reference.nextOffset = superBlock.offset() + superBlock.storedSize();
    reference.nextBlock = 0;
  }

  private void number(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private void numberUnlessZero(long value) {
    if (value != 0) {
      number(value);
    }
  }

  private static void expect(boolean condition, String what) {
    if (!condition) {
      throw new HoldfastException(ErrorCode.ASSERT, "a block map cannot be written: " + what);
    }
  }
}

package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the map's grammar; trusts nothing. */
final class BlockMapParser {
  /** A varint of 64 bits has at most so many bytes. */
  private static final int LONGEST_NUMBER = 10;

  private final byte[] bytes;
  private final BlockFormat format;
  private final Map<Integer, Reference> references = new HashMap<>();
  private final List<BlockMapEntry> entries = new ArrayList<>();
  private int position;
  private long lastStoredSize;

  /** What later occurrences of a reference build on. */
  private static final class Reference {
    final int index;
    final long bundleId;
    long size;
    long nextOffset;
    long nextBlock;
    @Nullable SuperBlock current;

    Reference(int index, long bundleId, long offset, long size) {
      this.index = index;
      this.bundleId = bundleId;
      this.nextOffset = offset;
      this.size = size;
    }
  }

  BlockMapParser(byte[] bytes, BlockFormat format) {
    this.bytes = bytes;
    this.format = format;
  }

  BlockMap parse() {
    if (number() != 0) {
      throw damaged("its version is unknown");
    }
    while (!readReference()) {
      // One after the other, up to the last.
    }
    if (position != bytes.length) {
      throw damaged("there are bytes after its end");
    }
    return new BlockMap(format, entries);
  }

  /** Reads a reference with its super blocks; true when it is the last. */
  private boolean readReference() {
    long encoded = number();
    long index = encoded >>> BlockMapBits.REFERENCE_SHIFT;
    if (index > Integer.MAX_VALUE) {
      throw damaged("a reference is too large");
    }
    Reference reference = references.get((int) index);
    boolean moreSuperBlocks = true;
    if (reference == null) {
      long bundleId = (encoded & BlockMapBits.HAS_BUNDLE) != 0 ? size() : 0;
      long offset = (encoded & BlockMapBits.HAS_OFFSET) != 0 ? size() : 0;
      reference = new Reference((int) index, bundleId, offset, format.blockSize());
      references.put((int) index, reference);
    } else if ((encoded & BlockMapBits.CONTINUES) != 0) {
      SuperBlock continued = reference.current;
      if (continued == null) {
        throw damaged("nothing is there to continue");
      }
      readBlocks(reference, continued, true);
      lastStoredSize = continued.storedSize();
      moreSuperBlocks = (encoded & BlockMapBits.CONTINUED_IS_LAST) == 0;
    } else if ((encoded & BlockMapBits.HAS_OFFSET) != 0) {
      reference.nextOffset = sum(reference.nextOffset, size());
    }
    while (moreSuperBlocks) {
      moreSuperBlocks = !readSuperBlock(reference);
    }
    return (encoded & BlockMapBits.LAST) != 0;
  }

  /** Reads a super block with its hashes; true when it is its reference's last. */
  private boolean readSuperBlock(Reference reference) {
    long encoded = number();
    long storedSize = encoded >>> BlockMapBits.SUPER_BLOCK_SHIFT;
    if (lastStoredSize != 0) {
      storedSize = sum(lastStoredSize, BlockMapBits.unzigzag(storedSize));
    }
    if ((encoded & BlockMapBits.SIZE_CHANGES) != 0) {
      long blocks = size();
      if (blocks >>> 1 > Long.MAX_VALUE / format.blockSize()) {
        throw damaged("a super block is too large");
      }
      reference.size = (blocks >>> 1) * format.blockSize();
      if ((blocks & BlockMapBits.HAS_REMAINDER) != 0) {
        reference.size = sum(reference.size, size());
      }
    }
    SuperBlock superBlock =
        new SuperBlock(
            reference.index, reference.bundleId, reference.nextOffset, storedSize, reference.size);
    reference.current = superBlock;
    reference.nextOffset = sum(superBlock.offset(), storedSize);
    reference.nextBlock = 0;
    lastStoredSize = storedSize;
    readBlocks(reference, superBlock, (encoded & BlockMapBits.HAS_BLOCKS) != 0);
    return (encoded & BlockMapBits.LAST) != 0;
  }

  private void readBlocks(Reference reference, SuperBlock superBlock, boolean explicit) {
    long whole = format.blocksOf(superBlock.size());
    long count = whole;
    if (explicit) {
      long encoded = size();
      count = (encoded >>> 1) + 1;
      if ((encoded & BlockMapBits.HAS_GAP) != 0) {
        reference.nextBlock = sum(reference.nextBlock, size());
      }
    }
    if (sum(reference.nextBlock, count) > whole) {
      throw damaged("a super block has fewer blocks than are taken from it");
    }
    if (count > (bytes.length - position) / format.hashSize()) {
      throw damaged("it ends too early");
    }
    for (long i = 0; i < count; i++) {
      BlockHash hash = BlockHash.at(bytes, position, format.hashSize());
      position += format.hashSize();
      entries.add(new BlockMapEntry(superBlock, reference.nextBlock++, hash));
    }
  }

  /** A varint. */
  private long number() {
    long value = 0;
    for (int i = 0; i < LONGEST_NUMBER; i++) {
      if (position == bytes.length) {
        throw damaged("it ends too early");
      }
      long group = bytes[position++];
      value |= (group & 0x7F) << 7 * i;
      if (group >= 0) {
        return value;
      }
    }
    throw damaged("a number is too long");
  }

  /** A varint that fits a signed number. */
  private long size() {
    long value = number();
    if (value < 0) {
      throw damaged("a number is too large");
    }
    return value;
  }

  private static long sum(long left, long right) {
    try {
      return Math.addExact(left, right);
    } catch (ArithmeticException e) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "invalid block map: a position is too large", e);
    }
  }

  private static HoldfastException damaged(String what) {
    return new HoldfastException(ErrorCode.FORMAT, "invalid block map: " + what);
  }
}

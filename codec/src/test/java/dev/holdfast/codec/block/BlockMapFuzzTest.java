package dev.holdfast.codec.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BlockMapFuzzTest {
  /** Whatever the bytes: a map that is written as it was read in meaning, or FORMAT. */
  @Property(tries = 20_000)
  void readsAMapOrRefuses(@ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 2) int hashSize) {
    BlockFormat format = new BlockFormat(3, hashSize);
    byte[] versioned = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, versioned, 1, bytes.length);
    expectMapOrRefusal(versioned, format);
  }

  /** The same, from bytes that are nearly a map. */
  @Property(tries = 20_000)
  void readsADamagedMapOrRefuses(@ForAll long seed) {
    Random random = new Random(seed);
    BlockFormat format = new BlockFormat(3, 1);
    byte[] bytes = map(random, format).write();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(bytes.length);
      bytes[at] =
          (byte) (random.nextBoolean() ? bytes[at] ^ 1 << random.nextInt(8) : random.nextInt(32));
    }
    expectMapOrRefusal(
        random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes,
        format);
  }

  /** A map that may have any shape that the grammar allows. */
  @Property(tries = 5_000)
  void readsWhatItWrote(@ForAll long seed) {
    BlockFormat format = new BlockFormat(3, 1);
    BlockMap map = map(new Random(seed), format);
    assertThat(BlockMap.read(map.write(), format)).isEqualTo(map);
  }

  private static BlockMap map(Random random, BlockFormat format) {
    List<BlockMapEntry> entries = new ArrayList<>();
    SuperBlock[] latest = new SuperBlock[4];
    long[] block = new long[4];
    for (int i = 1 + random.nextInt(20); i > 0; i--) {
      int reference = random.nextInt(latest.length);
      SuperBlock current = latest[reference];
      if (current == null || random.nextBoolean() || block[reference] * 3 >= current.size()) {
        long offset =
            current == null
                ? random.nextInt(3)
                : current.offset() + current.storedSize() + random.nextInt(2);
        current =
            new SuperBlock(
                reference,
                current == null ? random.nextInt(2) : current.bundleId(),
                offset,
                1 + random.nextInt(300),
                1 + random.nextInt(12));
        latest[reference] = current;
        block[reference] = 0;
      }
      while (block[reference] * 3 < current.size() && random.nextInt(4) > 0) {
        block[reference] += random.nextInt(8) == 0 ? 1 : 0;
        if (block[reference] * 3 < current.size()) {
          entries.add(
              new BlockMapEntry(
                  current, block[reference]++, new BlockHash((long) random.nextInt() << 56, 0)));
        }
      }
    }
    if (entries.isEmpty()) {
      entries.add(new BlockMapEntry(new SuperBlock(0, 0, 0, 1, 1), 0, new BlockHash(0, 0)));
    }
    return new BlockMap(format, entries);
  }

  private static void expectMapOrRefusal(byte[] bytes, BlockFormat format) {
    try {
      BlockMap map = BlockMap.read(bytes, format);
      assertThat(BlockMap.read(map.write(), format)).isEqualTo(map);
    } catch (HoldfastException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.FORMAT);
    }
  }
}

package dev.holdfast.codec.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.Samples;
import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.HoldfastException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BlockIncrementalTest {
  private static final BlockFormat FORMAT = new BlockFormat(8192, 6);

  private static BlockCoding coding(CompressionType type, boolean encrypted) {
    return new BlockCoding(
        type, type.defaultLevel(), encrypted ? new CipherPass("over the hills") : null);
  }

  @Test
  void storesAndRestoresAWholeFileInEveryCoding() throws IOException {
    for (CompressionType type : CompressionType.values()) {
      for (boolean encrypted : new boolean[] {false, true}) {
        BlockChain chain = new BlockChain(FORMAT, 1 << 20, coding(type, encrypted));
        byte[] file = Samples.rows(2_500_001, 1);
        BlockIncrement increment = chain.backup(file);
        assertThat(increment.changed()).isTrue();
        assertThat(chain.restore(new byte[0])).isEqualTo(file);
        assertThat(chain.restore(file)).isEqualTo(file);
        assertThat(chain.restore(Samples.noise(3_000_000, 1))).isEqualTo(file);
      }
    }
  }

  @Test
  void storesNothingWhenNothingHasChanged() throws IOException {
    BlockChain chain = new BlockChain(FORMAT, 1 << 18, coding(CompressionType.ZST, true));
    byte[] file = Samples.rows(500_000, 1);
    chain.backup(file);
    BlockIncrement second = chain.backup(file.clone());
    assertThat(second).isEqualTo(new BlockIncrement(0, 0));
    assertThat(second.changed()).isFalse();
  }

  @Test
  void storesOnlyWhatHasChanged() throws IOException {
    BlockChain chain = new BlockChain(FORMAT, 1 << 18, coding(CompressionType.NONE, false));
    byte[] file = Samples.noise(800_000, 1);
    chain.backup(file);
    byte[] changed = file.clone();
    changed[3 * 8192]++;
    changed[50 * 8192]++;
    BlockIncrement second = chain.backup(changed);
    assertThat(second.storedSize() - second.mapSize()).isEqualTo(2 * 8192);
    assertThat(chain.restore(file)).isEqualTo(changed);
    assertThat(chain.restore(new byte[0])).isEqualTo(changed);
  }

  @Test
  void storesTheMapAloneWhenAFileOnlyBecameShorter() throws IOException {
    BlockChain chain = new BlockChain(FORMAT, 1 << 18, coding(CompressionType.LZ4, false));
    byte[] file = Samples.rows(80 * 8192, 1);
    chain.backup(file);
    byte[] shorter = Arrays.copyOf(file, 30 * 8192);
    BlockIncrement second = chain.backup(shorter);
    assertThat(second.changed()).isTrue();
    assertThat(second.storedSize()).isEqualTo(second.mapSize());
    assertThat(chain.restore(new byte[0])).isEqualTo(shorter);
  }

  @Test
  void storesNothingOfAnEmptyFile() throws IOException {
    BlockChain chain = new BlockChain(FORMAT, 1 << 18, coding(CompressionType.GZ, true));
    assertThat(chain.backup(new byte[0])).isEqualTo(new BlockIncrement(0, 0));
  }

  @Test
  void writesNothingMoreAfterGivingUp() throws IOException {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    BlockIncrementalWriter writer =
        new BlockIncrementalWriter(
            sink, FORMAT, 1 << 20, 0, 0, 0, null, coding(CompressionType.ZST, true));
    writer.write(Samples.noise(900_000, 1));
    int size = sink.size();
    writer.close();
    assertThat(sink.size()).isEqualTo(size);
    assertThatThrownBy(writer::finish).isInstanceOf(IOException.class);
  }

  /** Any history of a file can be restored, over anything. */
  @Property(tries = 300)
  void restoresAnyHistory(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 64) int blockSize,
      @ForAll @IntRange(min = 5, max = 16) int hashSize,
      @ForAll @IntRange(min = 1, max = 400) int superBlockSize,
      @ForAll CompressionType type,
      @ForAll boolean encrypted)
      throws IOException {
    Random random = new Random(seed);
    BlockChain chain =
        new BlockChain(
            new BlockFormat(blockSize, hashSize), superBlockSize, coding(type, encrypted));
    byte[] file = Samples.noise(1 + random.nextInt(3000), seed);
    for (int backup = 0; backup < 6; backup++) {
      byte[] before = file;
      chain.backup(file);
      assertThat(chain.restore(new byte[0])).isEqualTo(file);
      file = changed(file, random);
      assertThat(chain.restore(file)).isEqualTo(before);
    }
  }

  /** Some bytes changed, some added at or taken from the end. */
  private static byte[] changed(byte[] file, Random random) {
    byte[] result = file.clone();
    for (int i = random.nextInt(5); i > 0; i--) {
      int from = random.nextInt(file.length);
      int end = Math.min(file.length, from + random.nextInt(200));
      for (int at = from; at < end; at++) {
        result[at] = (byte) random.nextInt();
      }
    }
    int size = Math.max(1, file.length + random.nextInt(400) - 200);
    return random.nextBoolean() ? result : Arrays.copyOf(result, size);
  }

  /** Damage anywhere is an error with a code, or does not matter; it never goes unnoticed. */
  @Property(tries = 400)
  void neverRestoresSomethingElse(
      @ForAll long seed, @ForAll CompressionType type, @ForAll boolean encrypted)
      throws IOException {
    Random random = new Random(seed);
    BlockChain chain = new BlockChain(new BlockFormat(64, 8), 300, coding(type, encrypted));
    byte[] file = Samples.rows(3000, seed);
    chain.backup(file);
    file = changed(file, random);
    chain.backup(file);
    byte[] damaged = chain.stored.get(random.nextInt(2));
    for (int i = random.nextInt(3); i >= 0 && damaged.length > 0; i--) {
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
    }
    try {
      // A map that was changed consistently is for the file's own checksum to notice.
      if (chain.readMap().equals(chain.map)) {
        assertThat(chain.restore(new byte[0])).isEqualTo(file);
      } else {
        chain.restore(new byte[0]);
      }
    } catch (HoldfastException e) {
      assertThat(e.code().number()).isIn(26, 29, 95);
    }
  }
}

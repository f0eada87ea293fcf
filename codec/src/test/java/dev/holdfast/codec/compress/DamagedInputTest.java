package dev.holdfast.codec.compress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.codec.Program;
import dev.holdfast.codec.Samples;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, decompressing ends, in bounded memory, with data or with FORMAT. */
class DamagedInputTest {
  /** Nothing that decompresses to more is of interest; the streams themselves have no limit. */
  private static final long ENOUGH = 64L << 20;

  @Property(tries = 4_000)
  void damagedDataIsRefusedOrComesOutRight(
      @ForAll CompressionType type, @ForAll boolean raw, @ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] plain = Samples.rows(random.nextInt(20_000), seed);
    byte[] damaged = CompressionTypeTest.compress(type, type.defaultLevel(), raw, plain);
    if (damaged.length == 0) {
      return;
    }
    for (int i = random.nextInt(3); i >= 0; i--) {
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
    }
    if (random.nextInt(4) == 0) {
      damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
    }
    byte[] result = decompressOrRefuse(type, raw, damaged);
    boolean checked = type == CompressionType.GZ || type == CompressionType.BZ2;
    checked |= type == CompressionType.LZ4 && !raw && damaged.length > 5 && damaged[4] == 0x64;
    if (result != null && checked) {
      assertThat(result).isEqualTo(plain);
    }
  }

  @Property(tries = 2_000)
  void anythingIsRefusedOrComesOut(
      @ForAll CompressionType type, @ForAll boolean raw, @ForAll byte[] bytes) throws IOException {
    byte[] magic = CompressionTypeTest.compress(type, type.defaultLevel(), raw, new byte[0]);
    byte[] input = Arrays.copyOf(magic, Math.min(magic.length, 7) + bytes.length);
    System.arraycopy(bytes, 0, input, input.length - bytes.length, bytes.length);
    decompressOrRefuse(type, raw, input);
    decompressOrRefuse(type, raw, bytes);
  }

  @Test
  void damagedLinkedBlocksAreRefusedOrComeOut() throws IOException {
    byte[] plain = Samples.rows(400_000, 3);
    byte[] linked = Program.run(plain, "lz4", "-1", "-B4", "-BD", "--no-frame-crc", "-c");
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      byte[] damaged = linked.clone();
      for (int j = random.nextInt(3); j >= 0; j--) {
        damaged[7 + random.nextInt(damaged.length - 7)] = (byte) random.nextInt();
      }
      decompressOrRefuse(CompressionType.LZ4, true, damaged);
    }
  }

  private static byte @org.jspecify.annotations.Nullable [] decompressOrRefuse(
      CompressionType type, boolean raw, byte[] bytes) throws IOException {
    try (InputStream in = type.decompress(new ByteArrayInputStream(bytes), raw)) {
      byte[] result = in.readNBytes((int) ENOUGH);
      assertThat(result.length).isLessThan((int) ENOUGH);
      return result;
    } catch (HoldfastException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.FORMAT);
      return null;
    }
  }
}

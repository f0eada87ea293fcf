package dev.holdfast.codec.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.codec.Program;
import dev.holdfast.codec.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class BlockHashTest {
  @Test
  void equalsXxhsum() throws IOException {
    for (int size : new int[] {0, 1, 3, 16, 17, 128, 129, 240, 241, 8192, 100_001}) {
      byte[] bytes = Samples.noise(size + 1, size);
      byte[] block = java.util.Arrays.copyOfRange(bytes, 1, bytes.length);
      String line = new String(Program.run(block, "xxhsum", "-H2", "-"), StandardCharsets.US_ASCII);
      assertThat(BlockHash.of(bytes, 1, size, 16).toString()).isEqualTo(line.substring(0, 32));
    }
  }

  @Test
  void keepsTheFirstBytesOnly() {
    byte[] block = Samples.noise(100, 1);
    byte[] whole = BlockHash.of(block, 0, 100, 16).bytes();
    for (int size = 1; size <= 16; size++) {
      BlockHash hash = BlockHash.of(block, 0, 100, size);
      assertThat(HexFormat.of().formatHex(hash.bytes(), 0, size))
          .isEqualTo(HexFormat.of().formatHex(whole, 0, size));
      assertThat(BlockHash.at(whole, 0, size)).isEqualTo(hash);
      for (int rest = size; rest < 16; rest++) {
        assertThat(hash.bytes()[rest]).isZero();
      }
    }
  }
}

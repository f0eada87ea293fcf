package dev.holdfast.codec.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockSizingTest {
  private static final long DAY = 86_400;
  private static final long MIB = 1024 * 1024;
  private final BlockSizing defaults = BlockSizing.defaults();

  @Test
  void takesLargerBlocksForLargerFiles() {
    assertThat(defaults.blockSize(16 * 1024 - 1, 0)).isZero();
    assertThat(defaults.blockSize(16 * 1024, 0)).isEqualTo(8192);
    assertThat(defaults.blockSize(11 * MIB, 0)).isEqualTo(16 * 1024);
    assertThat(defaults.blockSize(914 * MIB - 1, -5)).isEqualTo(80 * 1024);
    assertThat(defaults.blockSize(1024 * MIB, 0)).isEqualTo(88 * 1024);
  }

  @Test
  void takesLargerBlocksForOlderFilesAndNoneForVeryOldOnes() {
    assertThat(defaults.blockSize(11 * MIB, 7 * DAY - 1)).isEqualTo(16 * 1024);
    assertThat(defaults.blockSize(11 * MIB, 7 * DAY)).isEqualTo(32 * 1024);
    assertThat(defaults.blockSize(11 * MIB, 14 * DAY)).isEqualTo(64 * 1024);
    assertThat(defaults.blockSize(11 * MIB, 28 * DAY)).isZero();
    assertThat(defaults.blockSize(100, 7 * DAY)).isZero();
  }

  @Test
  void takesLongerHashesForLargerBlocks() {
    assertThat(defaults.hashSize(8 * 1024)).isEqualTo(6);
    assertThat(defaults.hashSize(32 * 1024)).isEqualTo(7);
    assertThat(defaults.hashSize(128 * 1024)).isEqualTo(8);
    assertThat(defaults.hashSize(4 * 1024 * 1024)).isEqualTo(12);
  }

  @Test
  void takesConfiguredMapsInstead() {
    BlockSizing sizing =
        BlockSizing.of(
            Map.of(100L, 8192L, 1000L, 65_536L), Map.of(1L, 3L, 2L, 0L), Map.of(65_536L, 16L));
    assertThat(sizing.blockSize(999, 0)).isEqualTo(8192);
    assertThat(sizing.blockSize(1000, 0)).isEqualTo(65_536);
    assertThat(sizing.blockSize(1000, DAY)).isEqualTo(3 * 65_536);
    assertThat(sizing.blockSize(1000, 2 * DAY)).isZero();
    assertThat(sizing.hashSize(65_536)).isEqualTo(16);
    assertThat(sizing.hashSize(65_535)).isEqualTo(6);
  }

  @Test
  void refusesSizesThatTheManifestCannotHold() {
    assertRefused(() -> BlockSizing.of(Map.of(1L, 5000L), Map.of(), Map.of()));
    assertRefused(() -> BlockSizing.of(Map.of(), Map.of(1L, -1L), Map.of()));
    assertRefused(() -> BlockSizing.of(Map.of(), Map.of(), Map.of(1L, 17L)));
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_INVALID_VALUE));
  }
}

package dev.holdfast.codec.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The grammar, against bytes that pgBackRest's own tests expect for the same blocks. */
class BlockMapTest {
  private static final HexFormat HEX = HexFormat.of();

  static BlockMapEntry entry(
      int reference, long bundle, long offset, long stored, long size, long block, String hash) {
    byte[] bytes = HEX.parseHex(hash);
    return new BlockMapEntry(
        new SuperBlock(reference, bundle, offset, stored, size),
        block,
        BlockHash.at(bytes, 0, bytes.length));
  }

  /** Every super block is one block. */
  private static final BlockMap EQUAL =
      new BlockMap(
          new BlockFormat(1, 5),
          List.of(
              entry(128, 0, 0, 3, 1, 0, "eeee01ffff"),
              entry(128, 0, 3, 5, 1, 0, "eeee02ffff"),
              entry(0, 1, 1, 5, 1, 0, "eeee03ffff"),
              entry(128, 0, 8, 99, 1, 0, "eeee04ffff"),
              entry(0, 1, 7, 99, 1, 0, "eeee05ffff"),
              entry(4, 0, 0, 8, 1, 0, "eeee88ffff")));

  private static final String EQUAL_BYTES =
      "00"
          + ("8008" + "18" + "eeee01ffff" + "21" + "eeee02ffff")
          + ("06" + "01" + "01" + "01" + "eeee03ffff")
          + ("8008" + "e10b" + "eeee04ffff")
          + ("04" + "01" + "01" + "eeee05ffff")
          + ("21" + "a90b" + "eeee88ffff");

  @Test
  void writesAndReadsSuperBlocksOfOneBlock() {
    assertThat(HEX.formatHex(EQUAL.write())).isEqualTo(EQUAL_BYTES);
    assertThat(BlockMap.read(HEX.parseHex(EQUAL_BYTES), EQUAL.format())).isEqualTo(EQUAL);
  }

  @Test
  void writesContinuedAndPartialSuperBlocks() {
    BlockMap map =
        new BlockMap(
            new BlockFormat(3, 8),
            List.of(
                entry(0, 0, 0, 4, 6, 0, "eeee01000000ffff"),
                entry(0, 0, 0, 4, 6, 1, "eeee02000000ffff"),
                entry(0, 0, 4, 5, 6, 0, "eeee03000000ffff"),
                entry(1, 0, 0, 99, 3, 0, "eeee04000000ffff"),
                entry(0, 0, 4, 5, 6, 3, "eeee05000000ffff"),
                entry(2, 0, 0, 1, 2, 0, "eeee06000000ffff"),
                entry(0, 0, 4, 5, 6, 5, "eeee07000000ffff"),
                entry(0, 0, 9, 6, 2, 0, "eeee08000000ffff"),
                entry(1, 0, 99, 1, 3, 1, "eeee09000000ffff")));
    assertThat(HEX.formatHex(map.write()))
        .isEqualTo(
            "00"
                + ("00" + "22" + "04" + "eeee01000000ffff" + "eeee02000000ffff")
                + ("15" + "00" + "eeee03000000ffff")
                + ("08" + "e10b" + "eeee04000000ffff")
                + ("06" + "01" + "02" + "eeee05000000ffff")
                + ("10" + "3b01" + "02" + "eeee06000000ffff")
                + ("02" + "01" + "01" + "eeee07000000ffff" + "13" + "0102" + "eeee08000000ffff")
                + ("09" + "4d" + "01" + "01" + "eeee09000000ffff"));
    // Those blocks are made up: two of them lie beyond the end of their super block.
    assertFormatError(map.write(), map.format());
  }

  @Test
  void readsContinuedAndPartialSuperBlocks() {
    BlockMap map =
        new BlockMap(
            new BlockFormat(3, 8),
            List.of(
                entry(0, 0, 0, 4, 6, 0, "eeee01000000ffff"),
                entry(0, 0, 0, 4, 6, 1, "eeee02000000ffff"),
                entry(0, 0, 4, 5, 18, 0, "eeee03000000ffff"),
                entry(1, 0, 0, 99, 3, 0, "eeee04000000ffff"),
                entry(0, 0, 4, 5, 18, 3, "eeee05000000ffff"),
                entry(2, 7, 0, 1, 2, 0, "eeee06000000ffff"),
                entry(0, 0, 4, 5, 18, 5, "eeee07000000ffff"),
                entry(0, 0, 9, 6, 2, 0, "eeee08000000ffff"),
                entry(1, 0, 99, 1, 5, 1, "eeee09000000ffff"),
                entry(2, 7, 55, 1, 2, 0, "eeee0a000000ffff")));
    assertThat(BlockMap.read(map.write(), map.format())).isEqualTo(map);
  }

  /** A table's map after a full and three incremental backups, as pgBackRest 2.55 stored it. */
  @Test
  void writesARealMapByteForByteAsItWas() throws IOException {
    byte[] bytes;
    try (InputStream in =
        Objects.requireNonNull(
            BlockMapTest.class.getResourceAsStream("pgbackrest-2.55-four-backups.map"))) {
      bytes = in.readAllBytes();
    }
    BlockMap map = BlockMap.read(bytes, new BlockFormat(8192, 6));
    map.expectFileSize(1212 * 8192L);
    assertThat(map.entries())
        .extracting(entry -> entry.superBlock().reference())
        .contains(0, 1, 2, 3);
    assertThat(map.write()).isEqualTo(bytes);
  }

  @Test
  void refusesEveryTruncationAndAnythingAfterTheEnd() {
    byte[] bytes = HEX.parseHex(EQUAL_BYTES);
    for (int length = 0; length < bytes.length; length++) {
      assertFormatError(Arrays.copyOf(bytes, length), EQUAL.format());
    }
    assertFormatError(Arrays.copyOf(bytes, bytes.length + 1), EQUAL.format());
  }

  @Test
  void refusesAnotherVersion() {
    byte[] bytes = HEX.parseHex("01" + EQUAL_BYTES.substring(2));
    assertFormatError(bytes, EQUAL.format());
  }

  @Test
  void refusesNumbersThatAreTooLarge() {
    for (String bytes :
        List.of(
            "00" + "ffffffffffffffffff01", // a reference
            "00" + "04" + "ffffffffffffffffff01", // an offset
            "00" + "01" + "18" + "ffffffffffffffffffffff", // a number of eleven bytes
            "00" + "01" + "0b" + "feffffffffffffff7f", // a decoded size
            "00" + "01" + "0d" + "feffffffffffffff7f", // a number of blocks
            "00" + "01" + "01" + "eeee01ffff")) { // a stored size of zero
      assertFormatError(HEX.parseHex(bytes), EQUAL.format());
    }
  }

  @Test
  void refusesAMapThatDoesNotFitTheFile() {
    EQUAL.expectFileSize(6);
    assertThatThrownBy(() -> EQUAL.expectFileSize(7)).isInstanceOf(HoldfastException.class);
  }

  @Test
  void plansReadsOfWhatIsMissingOnly() {
    List<BlockHash> hashes = EQUAL.entries().stream().map(BlockMapEntry::hash).toList();
    assertThat(BlockRestorePlan.of(EQUAL, hashes)).isEmpty();

    List<SuperBlockRead> all = BlockRestorePlan.of(EQUAL, List.of());
    assertThat(all)
        .extracting(
            SuperBlockRead::reference,
            SuperBlockRead::bundleId,
            SuperBlockRead::offset,
            SuperBlockRead::size)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0, 1L, 1L, 5L),
            org.assertj.core.groups.Tuple.tuple(0, 1L, 7L, 99L),
            org.assertj.core.groups.Tuple.tuple(4, 0L, 0L, 8L),
            org.assertj.core.groups.Tuple.tuple(128, 0L, 0L, 107L));
    assertThat(all.getLast().superBlocks())
        .flatExtracting(SuperBlockRead.Wanted::blocks)
        .extracting(SuperBlockRead.Block::offset)
        .containsExactly(0L, 1L, 3L);

    // The first five are there; a block that is missing in between leaves a gap.
    assertThat(BlockRestorePlan.of(EQUAL, hashes.subList(0, 5)))
        .singleElement()
        .satisfies(read -> assertThat(read.reference()).isEqualTo(4));
    List<BlockHash> changed =
        List.of(new BlockHash(1, 1), hashes.get(1), hashes.get(2), new BlockHash(1, 1));
    assertThat(BlockRestorePlan.of(EQUAL, changed))
        .extracting(SuperBlockRead::offset)
        .containsExactly(7L, 0L, 0L, 8L);
  }

  private static void assertFormatError(byte[] bytes, BlockFormat format) {
    assertThatThrownBy(() -> BlockMap.read(bytes, format))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT));
  }
}

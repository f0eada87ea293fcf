package dev.holdfast.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PieceFormatTest {
  private static final WalSegment SEGMENT = WalSegment.parse("000000020000000A000000FE");

  private static PieceHeader header(CompressionType compression) {
    return new PieceHeader(
        new SystemIdentifier(0x6123_4567_89AB_CDEFL),
        SEGMENT,
        WalSegmentSize.DEFAULT,
        0x1234,
        0x5678,
        compression,
        Sha1.of(new byte[] {1}),
        Sha1.of(new byte[] {2}));
  }

  @Test
  void aNameHasTheSegmentAndTheOffset() {
    assertThat(new PieceName(SEGMENT, 0x12AB).fileName())
        .isEqualTo("000000020000000A000000FE.000012AB.hf");
    assertThat(PieceName.parse("000000020000000A000000FE.000012AB.hf"))
        .contains(new PieceName(SEGMENT, 0x12AB));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "000000020000000A000000FE",
        "000000020000000A000000FE.000012ab.hf",
        "000000020000000A000000FE.FFFFFFFF.hf",
        "000000020000000A000000FE.0012AB.hf",
        "000000020000000A000000FE.000012AB.hf.1a2b.hftmp",
        "000000020000000A000000FE.000012AB.backup",
        "000000020000000A000000FG.000012AB.hf",
      })
  void otherNamesAreNotTaken(String name) {
    assertThat(PieceName.parse(name)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void aHeaderIsReadAsItWasWritten(CompressionType compression) {
    byte[] bytes = header(compression).format();
    assertThat(bytes).hasSize(PieceHeader.BYTES);
    assertThat(PieceHeader.parse(bytes)).isEqualTo(header(compression));
  }

  @Test
  void theBytesStayWhatTheyAre() {
    assertThat(HexFormat.of().formatHex(header(CompressionType.ZST).format()))
        .isEqualTo(
            "4846504945434501"
                + "6123456789abcdef"
                + "000000020000000a000000fe"
                + "010000000000123400005678"
                + "7a737400"
                + "bf8b4530d8d246dd74ac53a13471bba17941dff7"
                + "c4ea21bb365bbeeaf5f2c654883e56d11e43c44e");
  }

  @Test
  void everyChangedByteIsNoticedOrMakesAnotherHeader() {
    byte[] bytes = header(CompressionType.LZ4).format();
    for (int index = 0; index < bytes.length; index++) {
      byte[] damaged = bytes.clone();
      damaged[index] ^= 0x10;
      try {
        assertThat(PieceHeader.parse(damaged)).isNotEqualTo(header(CompressionType.LZ4));
      } catch (HoldfastException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.FORMAT);
      }
    }
    assertThatThrownBy(() -> PieceHeader.parse(new byte[PieceHeader.BYTES - 1]))
        .isInstanceOf(HoldfastException.class);
  }
}

package dev.holdfast.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteCountTest {
  @Test
  void readsAsPgBackRestWritesSizes() {
    assertThat(new ByteCount(0)).hasToString("0B");
    assertThat(new ByteCount(1023)).hasToString("1023B");
    assertThat(new ByteCount(1024)).hasToString("1KB");
    assertThat(new ByteCount(2200)).hasToString("2.1KB");
    assertThat(new ByteCount(128L * 1024 * 1024)).hasToString("128MB");
    assertThat(new ByteCount(1887436)).hasToString("1.8MB");
    assertThat(new ByteCount(3L << 40)).hasToString("3072GB");
  }

  @Test
  void namesErrorsAsPgBackRestDoes() {
    assertThat(ErrorCode.FILE_MISSING.typeName()).isEqualTo("FileMissingError");
    assertThat(ErrorCode.CRYPTO.typeName()).isEqualTo("CryptoError");
    assertThat(ErrorCode.ofNumber(44)).isEqualTo(ErrorCode.ARCHIVE_MISMATCH);
    assertThat(ErrorCode.ofNumber(1)).isEqualTo(ErrorCode.UNKNOWN);
  }
}

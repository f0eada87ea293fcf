package dev.holdfast.codec.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.Samples;
import dev.holdfast.domain.Sha1Hash;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DigestStreamsTest {
  private static final byte[] ABC = "abc".getBytes(StandardCharsets.US_ASCII);
  private static final Sha1Hash ABC_HASH =
      Sha1Hash.parse("a9993e364706816aba3e25717850c26c9cd0d89d");

  @Test
  void hashesAndCountsWhatIsWritten() throws IOException {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    HashingOutputStream out = new HashingOutputStream(sink);
    out.write('a');
    out.write(ABC, 1, 2);
    out.close();
    assertThat(out.hash()).isEqualTo(ABC_HASH).isEqualTo(Sha1.of(ABC));
    assertThat(out.hash()).isEqualTo(ABC_HASH);
    assertThat(out.count()).isEqualTo(3);
    assertThat(sink.toByteArray()).isEqualTo(ABC);
    assertThatThrownBy(() -> out.write(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void hashesAndCountsWhatIsRead() throws IOException {
    byte[] plain = Samples.noise(100_000, 1);
    HashingInputStream in = new HashingInputStream(new ByteArrayInputStream(plain));
    assertThat(in.read()).isEqualTo(plain[0] & 0xFF);
    assertThat(in.skip(10)).isEqualTo(10);
    assertThat(in.readAllBytes()).hasSize(plain.length - 11);
    assertThat(in.count()).isEqualTo(plain.length);
    assertThat(in.hash()).isEqualTo(Sha1.of(plain));
  }

  @Test
  void hashesNothing() {
    assertThat(new HashingOutputStream(new ByteArrayOutputStream()).hash())
        .isEqualTo(Sha1Hash.EMPTY);
  }

  @Test
  void countsWhatIsWritten() throws IOException {
    CountingOutputStream out = new CountingOutputStream(new ByteArrayOutputStream());
    out.write(1);
    out.write(ABC);
    assertThat(out.count()).isEqualTo(4);
  }
}

package dev.holdfast.codec.cipher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.Program;
import dev.holdfast.codec.Samples;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockCipherTest {
  private static final CipherPass PASS = new CipherPass("tränen ohne Ende");
  private static final int[] SIZES = {0, 1, 15, 16, 17, 8192, 65_535, 65_536, 65_537, 3_000_001};

  static byte[] encrypt(byte[] plain, CipherPass pass, boolean raw) throws IOException {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    try (OutputStream out = BlockCipher.encrypt(sink, pass, raw)) {
      out.write(plain);
    }
    return sink.toByteArray();
  }

  static byte[] decrypt(byte[] encrypted, CipherPass pass, boolean raw) throws IOException {
    try (InputStream in = BlockCipher.decrypt(new ByteArrayInputStream(encrypted), pass, raw)) {
      return in.readAllBytes();
    }
  }

  @Test
  void givesBackWhatItTook() throws IOException {
    for (boolean raw : new boolean[] {false, true}) {
      for (int size : SIZES) {
        byte[] plain = Samples.noise(size, size);
        byte[] encrypted = encrypt(plain, PASS, raw);
        assertThat(encrypted).hasSize((raw ? 8 : 16) + (size / 16 + 1) * 16);
        assertThat(decrypt(encrypted, PASS, raw)).isEqualTo(plain);
      }
    }
  }

  @Test
  void givesBackWhatItTookInPieces() throws IOException {
    Random random = new Random(5);
    byte[] plain = Samples.noise(400_000, 1);
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    try (OutputStream out = BlockCipher.encrypt(sink, PASS, true)) {
      for (int position = 0; position < plain.length; ) {
        int count = Math.min(random.nextInt(3000), plain.length - position);
        out.write(plain, position, count);
        position += count;
      }
    }
    try (InputStream in =
        BlockCipher.decrypt(
            new ByteArrayInputStream(sink.toByteArray()) {
              @Override
              public int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, 1 + random.nextInt(40)));
              }

              @Override
              public int available() {
                return 0;
              }
            },
            PASS,
            true)) {
      assertThat(in.readAllBytes()).isEqualTo(plain);
    }
  }

  @Test
  void isReadByOpenssl() throws IOException {
    for (int size : SIZES) {
      byte[] plain = Samples.noise(size, size);
      assertThat(
              Program.run(
                  encrypt(plain, PASS, false),
                  "openssl",
                  "enc",
                  "-d",
                  "-aes-256-cbc",
                  "-md",
                  "sha1",
                  "-pass",
                  "pass:" + PASS.value()))
          .isEqualTo(plain);
    }
  }

  @Test
  void readsWhatOpensslWrote() throws IOException {
    for (int size : SIZES) {
      byte[] plain = Samples.noise(size, size);
      byte[] encrypted =
          Program.run(
              plain,
              "openssl",
              "enc",
              "-aes-256-cbc",
              "-md",
              "sha1",
              "-pass",
              "pass:" + PASS.value());
      assertThat(decrypt(encrypted, PASS, false)).isEqualTo(plain);
    }
  }

  @Test
  void refusesTruncatedInput() throws IOException {
    for (boolean raw : new boolean[] {false, true}) {
      byte[] encrypted = encrypt(Samples.noise(100, 1), PASS, raw);
      // Where a cut leaves whole blocks, the padding hides the damage in 1 of 256 cases.
      for (int length = 0; length < encrypted.length; length++) {
        if (length > 16 && length % 16 == (raw ? 8 : 0)) {
          continue;
        }
        byte[] cut = Arrays.copyOf(encrypted, length);
        assertCrypto(() -> decrypt(cut, PASS, raw));
      }
    }
  }

  @Test
  void refusesAWrongPassphrase() throws IOException {
    byte[] plain = Samples.noise(100_000, 1);
    int refused = 0;
    for (int i = 0; i < 64; i++) {
      byte[] encrypted = encrypt(plain, PASS, false);
      try {
        assertThat(decrypt(encrypted, new CipherPass("other"), false)).isNotEqualTo(plain);
      } catch (HoldfastException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.CRYPTO);
        assertThat(e.describe()).doesNotContain("other").doesNotContain(PASS.value());
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(50);
  }

  @Test
  void refusesWhatIsNotEncrypted() {
    assertCrypto(
        () -> decrypt("[backup]\nlabel=1\n".getBytes(StandardCharsets.UTF_8), PASS, false));
  }

  @Test
  void refusesFormat6ByName() {
    byte[] format6 = "PGBR006_saltsaltxxxxxxxxxxxxxxxx".getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> decrypt(format6, PASS, false))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT))
        .hasMessageContaining("found 6");
  }

  @Test
  void generatesPassphrasesOf64CharactersThatDiffer() {
    CipherPass pass = CipherPass.generate();
    assertThat(pass.value()).hasSize(64);
    assertThat(pass).isNotEqualTo(CipherPass.generate());
  }

  @Test
  void neverShowsAPassphrase() {
    assertThat(PASS.toString()).doesNotContain(PASS.value());
  }

  private static void assertCrypto(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CRYPTO));
  }
}

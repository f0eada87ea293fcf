package dev.holdfast.codec.compress;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

class CompressionTypeTest {
  static final int[] SIZES = {0, 1, 13, 4095, 65_536, 262_144, 262_145, 700_001};

  static byte[] compress(CompressionType type, int level, boolean raw, byte[] plain)
      throws IOException {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    try (OutputStream out = type.compress(sink, level, raw)) {
      out.write(plain);
    }
    return sink.toByteArray();
  }

  static byte[] decompress(CompressionType type, boolean raw, byte[] compressed)
      throws IOException {
    try (InputStream in = type.decompress(new ByteArrayInputStream(compressed), raw)) {
      return in.readAllBytes();
    }
  }

  static Stream<Arguments> everyLevel() {
    List<Arguments> all = new ArrayList<>();
    for (CompressionType type : CompressionType.values()) {
      for (int level = type.minLevel(); level <= type.maxLevel(); level++) {
        for (boolean raw : new boolean[] {false, true}) {
          all.add(Arguments.of(type, level, raw));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("everyLevel")
  void givesBackWhatItTook(CompressionType type, int level, boolean raw) throws IOException {
    // The highest levels of zst take hundreds of megabytes and a second for every file.
    for (int size : level > 12 ? new int[] {262_145} : SIZES) {
      byte[] plain = Samples.rows(size, size);
      assertThat(decompress(type, raw, compress(type, level, raw, plain))).isEqualTo(plain);
    }
    if (level > 12) {
      return;
    }
    byte[] noise = Samples.noise(300_000, level);
    assertThat(decompress(type, raw, compress(type, level, raw, noise))).isEqualTo(noise);
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void givesBackMegabytesTakenAndReadInPieces(CompressionType type) throws IOException {
    byte[] plain = Samples.rows(5_000_003, 7);
    Random random = new Random(8);
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    try (OutputStream out = type.compress(sink, type.defaultLevel(), false)) {
      int position = 0;
      while (position < plain.length) {
        int count = Math.min(random.nextInt(100_000), plain.length - position);
        out.write(plain, position, count);
        if (random.nextInt(10) == 0) {
          out.flush();
        }
        position += count;
      }
    }
    ByteArrayOutputStream result = new ByteArrayOutputStream();
    try (InputStream in = type.decompress(new Trickle(sink.toByteArray(), random), false)) {
      byte[] piece = new byte[50_000];
      int count;
      while ((count = in.read(piece, 0, 1 + random.nextInt(piece.length))) >= 0) {
        result.write(piece, 0, count);
      }
      assertThat(in.read()).isEqualTo(-1);
    }
    assertThat(result.toByteArray()).isEqualTo(plain);
  }

  /** Gives a random number of bytes at a time. */
  private static final class Trickle extends ByteArrayInputStream {
    private final Random random;

    Trickle(byte[] bytes, Random random) {
      super(bytes);
      this.random = random;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      return super.read(bytes, offset, Math.min(length, 1 + random.nextInt(20_000)));
    }
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = Mode.EXCLUDE)
  void isReadByTheProgramOfTheFormat(CompressionType type) throws IOException {
    String program = program(type);
    for (int size : SIZES) {
      byte[] plain = Samples.rows(size, size);
      for (int level :
          new int[] {type.minLevel(), type.defaultLevel(), Math.min(9, type.maxLevel())}) {
        byte[] compressed = compress(type, level, false, plain);
        Program.run(compressed, program, "-t");
        assertThat(Program.run(compressed, program, "-d", "-c")).isEqualTo(plain);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = Mode.EXCLUDE)
  void readsWhatTheProgramOfTheFormatWrote(CompressionType type) throws IOException {
    for (int size : SIZES) {
      byte[] plain = Samples.rows(size, size);
      for (String level : List.of("-1", "-9")) {
        byte[] compressed = Program.run(plain, program(type), level, "-c");
        assertThat(decompress(type, false, compressed)).isEqualTo(plain);
      }
    }
  }

  @Test
  void readsLinkedBlocksOfEverySize() throws IOException {
    byte[] plain = Samples.rows(9_000_001, 3);
    for (String size : List.of("-B4", "-B5", "-B6", "-B7")) {
      for (String link : List.of("-BD", "-BI", "-BX")) {
        byte[] compressed = Program.run(plain, "lz4", "-1", size, link, "-c");
        assertThat(decompress(CompressionType.LZ4, true, compressed)).isEqualTo(plain);
      }
    }
  }

  @Test
  void readsSeveralFramesInARowOfLz4AndZst() throws IOException {
    for (CompressionType type : List.of(CompressionType.LZ4, CompressionType.ZST)) {
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      both.write(compress(type, 1, false, Samples.rows(300_000, 1)));
      both.write(compress(type, 1, false, new byte[0]));
      both.write(compress(type, 1, true, Samples.rows(20, 2)));
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      plain.write(Samples.rows(300_000, 1));
      plain.write(Samples.rows(20, 2));
      assertThat(decompress(type, false, both.toByteArray())).isEqualTo(plain.toByteArray());
    }
  }

  @Test
  void leavesTheLz4ContentChecksumOutOfRawModeOnly() throws IOException {
    byte[] plain = Samples.rows(100, 1);
    assertThat(compress(CompressionType.LZ4, 1, false, plain))
        .hasSize(compress(CompressionType.LZ4, 1, true, plain).length + 4);
  }

  @Test
  void writesZlibInRawModeOfGz() throws IOException {
    byte[] raw = compress(CompressionType.GZ, 6, true, Samples.rows(1000, 1));
    assertThat(raw[0]).isEqualTo((byte) 0x78);
    assertThatThrownBy(() -> decompress(CompressionType.GZ, false, raw))
        .isInstanceOf(HoldfastException.class);
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = Mode.EXCLUDE)
  void refusesInputThatEndsTooEarly(CompressionType type) throws IOException {
    for (boolean raw : new boolean[] {false, true}) {
      for (int size : new int[] {0, 1, 3000}) {
        byte[] compressed = compress(type, type.defaultLevel(), raw, Samples.rows(size, 1));
        for (int length = 0; length < compressed.length; length++) {
          byte[] cut = java.util.Arrays.copyOf(compressed, length);
          assertThatThrownBy(() -> decompress(type, raw, cut))
              .isInstanceOfSatisfying(
                  HoldfastException.class,
                  e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FORMAT);
                    assertThat(e).hasMessageContaining("unexpected end of");
                  });
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = Mode.EXCLUDE)
  void refusesBytesAfterTheEnd(CompressionType type) throws IOException {
    for (boolean raw : new boolean[] {false, true}) {
      byte[] compressed = compress(type, type.defaultLevel(), raw, Samples.rows(3000, 1));
      byte[] longer = java.util.Arrays.copyOf(compressed, compressed.length + 5);
      longer[compressed.length] = 77;
      assertThatThrownBy(() -> decompress(type, raw, longer))
          .isInstanceOfSatisfying(
              HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT));
    }
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void letsErrorsOfTheSourceThrough(CompressionType type) throws IOException {
    byte[] compressed = compress(type, type.defaultLevel(), false, Samples.noise(600_000, 1));
    IOException failure = new IOException("the disk is gone");
    InputStream failing =
        new java.io.SequenceInputStream(
            new ByteArrayInputStream(compressed, 0, 300_000),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw failure;
              }
            });
    try (InputStream in = type.decompress(failing, false)) {
      assertThatThrownBy(in::readAllBytes).isSameAs(failure);
    }
  }

  @Test
  void parsesOptionsAndFileNames() {
    assertThat(CompressionType.parse("zst")).isEqualTo(CompressionType.ZST);
    assertThat(CompressionType.ofFileName("1249.lz4")).isEqualTo(CompressionType.LZ4);
    assertThat(CompressionType.ofFileName("1249.pgbi")).isEqualTo(CompressionType.NONE);
    assertThatThrownBy(() -> CompressionType.parse("xz"))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_INVALID_VALUE));
  }

  @Test
  void refusesALevelOutOfRange() {
    assertThatThrownBy(() -> CompressionType.BZ2.compress(new ByteArrayOutputStream(), 0, false))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("level 0");
  }

  private static String program(CompressionType type) {
    return switch (type) {
      case GZ -> "gzip";
      case BZ2 -> "bzip2";
      case LZ4 -> "lz4";
      case ZST -> "zstd";
      case NONE -> throw new IllegalArgumentException();
    };
  }
}

package dev.holdfast.codec.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.codec.Samples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageCheckerTest {
  private static final int PAGE = PageChecksum.DEFAULT_PAGE_SIZE;
  private static final int PER_SEGMENT = 131_072;

  /** A segment whose pages have used headers and right checksums. */
  static byte[] segment(int pages, int firstBlock) {
    byte[] bytes = Samples.noise(pages * PAGE, pages);
    for (int i = 0; i < pages; i++) {
      bytes[i * PAGE + 14] = 1;
      seal(bytes, i, firstBlock + i);
    }
    return bytes;
  }

  static void seal(byte[] bytes, int page, int block) {
    int checksum = PageChecksum.checksum(bytes, page * PAGE, block);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(page * PAGE + 8, (short) checksum);
  }

  /** Checks the bytes; what is read again comes from {@code file}. */
  static PageCheck check(byte[] bytes, byte[] file, int segment, boolean headerCheck)
      throws IOException {
    PageChecker checker =
        new PageChecker(
            segment,
            PER_SEGMENT,
            PAGE,
            headerCheck,
            (position, page) -> {
              int count = (int) Math.clamp(file.length - position, 0, page.length);
              System.arraycopy(file, (int) position, page, 0, count);
              return count;
            });
    Random random = new Random(bytes.length);
    for (int position = 0; position < bytes.length; ) {
      int count = Math.min(1 + random.nextInt(3 * PAGE), bytes.length - position);
      checker.update(bytes, position, count);
      position += count;
    }
    return checker.finish();
  }

  @Test
  void acceptsValidAndEmptyPages() throws IOException {
    byte[] bytes = segment(40, 0);
    Arrays.fill(bytes, 3 * PAGE, 5 * PAGE, (byte) 0);
    PageCheck result = check(bytes, bytes, 0, true);
    assertThat(result.valid()).isTrue();
    assertThat(result.aligned()).isTrue();
    assertThat(result.errorJson()).isNull();
  }

  @Test
  void namesInvalidPagesAndRangesInTheManifestsShape() throws IOException {
    byte[] bytes = segment(40, 0);
    for (int page : new int[] {1, 3, 4, 5, 39}) {
      bytes[page * PAGE + 4000]++;
    }
    PageCheck result = check(bytes, bytes, 0, true);
    assertThat(result.valid()).isFalse();
    assertThat(result.errorJson()).isEqualTo("[1,[3,5],39]");
    assertThat(result.invalid()).hasToString("[1, 3-5, 39]");
  }

  @Test
  void numbersPagesThroughAllSegments() throws IOException {
    byte[] bytes = segment(3, 2 * PER_SEGMENT);
    assertThat(check(bytes, bytes, 2, true).valid()).isTrue();
    bytes[PAGE + 100]++;
    assertThat(check(bytes, bytes, 2, true).errorJson()).isEqualTo("[262145]");
    assertThat(check(bytes, bytes, 0, true).errorJson()).isEqualTo("[[0,2]]");
  }

  @Test
  void ignoresAPageThatHasChangedSinceItWasRead() throws IOException {
    byte[] bytes = segment(4, 0);
    byte[] file = bytes.clone();
    bytes[2 * PAGE + 4000]++;
    assertThat(check(bytes, file, 0, true).valid()).isTrue();
    assertThat(check(bytes, Arrays.copyOf(file, 2 * PAGE + 5), 0, true).valid()).isTrue();
  }

  @Test
  void reportsAPageThatOnlyLooksUnused() throws IOException {
    byte[] bytes = segment(4, 0);
    Arrays.fill(bytes, PAGE, 2 * PAGE, (byte) 0);
    bytes[2 * PAGE - 1] = 1;
    assertThat(check(bytes, bytes, 0, true).errorJson()).isEqualTo("[1]");
    assertThat(check(bytes, bytes, 0, false).errorJson()).isEqualTo("[1]");
  }

  @Test
  void leavesTheHeaderAloneWhenTheHeaderCheckIsOff() throws IOException {
    byte[] bytes = segment(4, 0);
    Arrays.fill(bytes, 14, 16, (byte) 0);
    seal(bytes, 0, 0);
    assertThat(check(bytes, bytes, 0, false).valid()).isTrue();
    assertThat(check(bytes, bytes, 0, true).errorJson()).isEqualTo("[0]");
  }

  @Test
  void reportsASizeThatIsNotAMultipleOfThePages() throws IOException {
    for (int extra : new int[] {1, 511, 512, 8191}) {
      byte[] bytes = Arrays.copyOf(segment(2, 0), 2 * PAGE + extra);
      PageCheck result = check(bytes, bytes, 0, true);
      assertThat(result.aligned()).isFalse();
      assertThat(result.valid()).isFalse();
      assertThat(result.errorJson()).isNull();
    }
  }

  @Test
  void findsFlippedBits() throws IOException {
    byte[] page = segment(1, 0);
    int missed = 0;
    for (int bit = 0; bit < PAGE * 8; bit++) {
      byte[] damaged = page.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      if (check(damaged, damaged, 0, true).valid()) {
        missed++;
      }
    }
    // A checksum of 16 bits misses about one of 65536.
    assertThat(missed).isLessThan(6);
  }
}

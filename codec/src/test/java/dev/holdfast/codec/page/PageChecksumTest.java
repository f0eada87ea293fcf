package dev.holdfast.codec.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class PageChecksumTest {
  /** The catalog pg_type as initdb of PostgreSQL 15 wrote it, with data checksums. */
  private static byte[] relation() throws IOException {
    try (InputStream in =
        new GZIPInputStream(
            Objects.requireNonNull(
                PageChecksumTest.class.getResourceAsStream("postgresql-15-pg_type.gz")))) {
      return in.readAllBytes();
    }
  }

  @Test
  void equalsWhatPostgresWrote() throws IOException {
    byte[] relation = relation();
    assertThat(relation.length).isGreaterThan(10 * PageChecksum.DEFAULT_PAGE_SIZE);
    for (int block = 0; block < relation.length / PageChecksum.DEFAULT_PAGE_SIZE; block++) {
      int offset = block * PageChecksum.DEFAULT_PAGE_SIZE;
      assertThat(PageChecksum.checksum(relation, offset, block))
          .as("block %d", block)
          .isEqualTo(PageChecksum.stored(relation, offset));
    }
  }

  @Test
  void findsAllPagesOfARealRelationValid() throws IOException {
    byte[] relation = relation();
    assertThat(PageCheckerTest.check(relation, relation, 0, true).valid()).isTrue();
    assertThat(PageCheckerTest.check(relation, relation, 0, false).valid()).isTrue();
    // In another segment every page has another number and so another checksum.
    assertThat(PageCheckerTest.check(relation, relation, 1, true).invalid()).hasSize(1);
  }
}

package dev.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of the files of a relation above 1 GiB a name means; the checker numbers its pages so. */
class SegmentNumberTest {
  @ParameterizedTest
  @CsvSource({
    "pg_data/base/5/16384, 0",
    "pg_data/base/5/16384.1, 1",
    "pg_data/base/5/16384.12, 12",
    "pg_data/base/5/16384_fsm, 0",
    "pg_data/base/5/16384_vm.2, 2",
    "pg_tblspc/16400/PG_15_202209061/5/16384.3, 3",
    "pg_tblspc/16400/PG_9.6/16384, 0",
    "pg_data/base/5/16384.x, 0",
    "pg_data/base/5/16384., 0"
  })
  void isTheNumberBehindTheDotOfTheFilesName(String name, int number) {
    assertThat(FileCopy.segmentNumber(name)).isEqualTo(number);
  }
}

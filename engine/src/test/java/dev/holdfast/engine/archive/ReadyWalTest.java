package dev.holdfast.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadyWalTest {
  private static final String FIRST = "000000010000000000000001";
  private static final String SECOND = "000000010000000000000002";

  @TempDir Path wal;

  @BeforeEach
  void twoSegmentsAreReady() throws IOException {
    Files.createDirectory(wal.resolve("archive_status"));
    for (String name : new String[] {SECOND, FIRST}) {
      Files.write(wal.resolve(name), new byte[1000]);
      Files.createFile(wal.resolve("archive_status").resolve(name + ".ready"));
    }
    Files.createFile(wal.resolve("archive_status").resolve("000000010000000000000000.done"));
  }

  @Test
  void listsWhatIsReadyInTheOrderOfWriting() {
    assertThat(ReadyWal.of(wal).names()).containsExactly(FIRST, SECOND);
  }

  @Test
  void measuresTheWholeListByItsFirstFile() {
    assertThat(ReadyWal.of(wal).exceeds(1999)).isTrue();
    assertThat(ReadyWal.of(wal).exceeds(2000)).isFalse();
  }

  @Test
  void takesOneFileAtLeastIntoABatch() {
    ReadyWal ready = ReadyWal.of(wal);
    assertThat(ready.firstBatch(ready.names(), 1)).containsExactly(FIRST);
    assertThat(ready.firstBatch(ready.names(), 5000)).containsExactly(FIRST, SECOND);
  }

  @Test
  void namesTheDirectoryThatIsNoWalDirectory() {
    Path other = wal.resolve("nowhere");
    assertThatThrownBy(() -> ReadyWal.of(other))
        .hasMessageContaining(other.toString())
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PATH_MISSING));
  }
}

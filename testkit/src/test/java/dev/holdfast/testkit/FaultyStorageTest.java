package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FaultyStorageTest {
  private final MemoryStorage memory = new MemoryStorage();

  @Test
  void failsTheOperationItIsToldTo() {
    FaultyStorage storage = new FaultyStorage(memory, Faults.at(Fault.FAILURE, 3));
    storage.list("");
    storage.list("");
    assertThatThrownBy(() -> storage.list("archive"))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PATH_OPEN))
        .hasMessageContaining("archive");
    storage.list("");
    assertThat(storage.faults().history()).containsExactly("FAILURE 3 in list of 'archive'");
    assertThat(storage.faults().count(Fault.FAILURE)).isEqualTo(4);
  }

  @Test
  void runsOutOfSpaceAndStaysFull() {
    FaultyStorage storage = new FaultyStorage(memory, Faults.from(Fault.DISK_FULL, 2));
    put(storage, "first");
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(() -> put(storage, "second"))
          .isInstanceOfSatisfying(
              HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_WRITE));
    }
    assertThat(memory.list("")).hasSize(1);
    storage.faults().enable(false);
    put(storage, "second");
    assertThat(memory.list("")).hasSize(2);
  }

  @Test
  void losesACommit() {
    FaultyStorage storage = new FaultyStorage(memory, Faults.at(Fault.LOST_COMMIT, 1));
    put(storage, "file");

    assertThat(memory.info("file")).isEmpty();
  }

  @Test
  void doesNotReportACommit() {
    FaultyStorage storage = new FaultyStorage(memory, Faults.at(Fault.UNREPORTED_COMMIT, 1));
    assertThatThrownBy(() -> put(storage, "file")).isInstanceOf(HoldfastException.class);

    assertThat(memory.info("file")).isPresent();
  }

  @Test
  void flipsOneBitAndTruncates() throws IOException {
    put(memory, "file");
    byte[] whole = content(memory);
    byte[] flipped = content(new FaultyStorage(memory, Faults.at(Fault.FLIPPED_BIT, 1)));
    assertThat(flipped).hasSameSizeAs(whole).isNotEqualTo(whole);
    int bits = 0;
    for (int index = 0; index < whole.length; index++) {
      bits += Integer.bitCount((whole[index] ^ flipped[index]) & 0xFF);
    }
    assertThat(bits).isEqualTo(1);
    assertThat(content(new FaultyStorage(memory, Faults.at(Fault.TRUNCATED_READ, 1)))).isEmpty();
  }

  @Test
  void decidesTheSameForTheSameSeed() {
    Map<Fault, Double> often = Map.of(Fault.FAILURE, 0.3);
    FaultyStorage first = new FaultyStorage(memory, Faults.randomly(99, often));
    FaultyStorage second = new FaultyStorage(memory, Faults.randomly(99, often));
    for (FaultyStorage storage : new FaultyStorage[] {first, second}) {
      for (int call = 0; call < 200; call++) {
        try {
          storage.info("file");
        } catch (HoldfastException e) {
          assertThat(e.code()).isEqualTo(ErrorCode.FILE_INFO);
        }
      }
    }
    assertThat(first.faults().history()).hasSizeBetween(30, 90);
    assertThat(second.faults().history()).isEqualTo(first.faults().history());
  }

  private static void put(Storage storage, String path) {
    try (StorageOutput output = storage.write(path)) {
      output.write(new byte[100], 0, 100);
      output.commit();
    }
  }

  private static byte[] content(Storage storage) throws IOException {
    try (InputStream input = storage.read("file")) {
      return input.readAllBytes();
    }
  }
}

package dev.holdfast.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.repository.FileEncoding;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.Faults;
import dev.holdfast.testkit.FaultyStorage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BranchGuardTest {
  private static final WalSegmentSize SIZE = WalSegmentSize.DEFAULT;

  private final Faults counted = Faults.none();
  private final ArchiveDirectory directory =
      new ArchiveDirectory(
          1,
          new FaultyStorage(new MemoryStorage(), counted),
          new StanzaName("main"),
          ArchiveId.parse("15-1"),
          Optional.of(new CipherPass("secret")));
  private final AtomicLong now = new AtomicLong();
  private final BranchGuard guard = new BranchGuard(now::get);

  private void history(String timeline, String text) {
    try (StorageOutput output = directory.storage().write(directory.path(timeline + ".history"))) {
      try (OutputStream clear = FileEncoding.encrypted(directory.pass()).encode(output, 0)) {
        clear.write(text.getBytes(StandardCharsets.UTF_8));
      }
      output.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void check(String segment) {
    guard.check(directory, WalSegment.parse(segment), SIZE);
  }

  private void assertRefused(String segment) {
    assertThatThrownBy(() -> check(segment))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.ARCHIVE_MISMATCH);
              assertThat(e.hints().toString()).contains("pg_rewind");
            })
        .hasMessageContaining("old primary");
  }

  @Test
  void whatWasWrittenBeforeTheForkIsTakenAndNothingAfterIt() {
    history("00000002", "1\t0/5000100\tno recovery target specified\n");
    check("000000010000000000000004");
    assertRefused("000000010000000000000005");
    assertRefused("000000010000000000000006");
    check("000000020000000000000005");
  }

  @Test
  void aForkAtTheEndOfASegmentLeavesTheSegment() {
    history("00000002", "1\t0/6000000\tno recovery target specified\n");
    check("000000010000000000000005");
    assertRefused("000000010000000000000006");
  }

  @Test
  void grandchildrenCountToo() {
    history("00000003", "1\t0/5000100\tpromoted\n2\t0/7000200\tpromoted\n");
    assertRefused("000000010000000000000005");
    check("000000020000000000000006");
    assertRefused("000000020000000000000007");
    check("000000030000000000000007");
  }

  @Test
  void newHistoriesAreLookedForOnceAMinuteAndForAnotherTimeline() {
    check("000000010000000000000005");
    long looks = counted.count(Fault.FAILURE);
    check("000000010000000000000006");
    assertThat(counted.count(Fault.FAILURE)).isEqualTo(looks);

    history("00000002", "1\t0/5000100\tpromoted\n");
    check("000000010000000000000007");
    now.addAndGet(Duration.ofMinutes(1).toNanos());
    assertRefused("000000010000000000000007");

    history("00000003", "2\t0/7000200\tpromoted\n");
    assertRefused("000000020000000000000008");
  }

  @Test
  void withoutHistoriesEverythingIsTaken() {
    assertThatCode(() -> check("0000000A0000000000000005")).doesNotThrowAnyException();
  }
}

package dev.holdfast.postgres.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PgControlTest {
  private static final int CRC_OFFSET_15 = 288;

  private static byte[] version15() {
    byte[] bytes = new byte[PgControlFile.FILE_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    buffer.putLong(0, 7_000_000_000_000_000_001L);
    buffer.putInt(8, 1300);
    buffer.putInt(12, 202209061);
    buffer.putInt(16, ClusterState.IN_PRODUCTION.ordinal());
    buffer.putLong(32, 0x1_2300_0000L);
    buffer.putLong(40, 0x1_22FF_0000L);
    buffer.putInt(48, 3);
    buffer.putInt(216, 8192);
    buffer.putInt(228, 16 << 20);
    buffer.putInt(252, 1);
    ControlChecksum.write(bytes, CRC_OFFSET_15);
    return bytes;
  }

  private static byte[] changed(int offset, int value) {
    byte[] bytes = version15();
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(offset, value);
    ControlChecksum.write(bytes, CRC_OFFSET_15);
    return bytes;
  }

  private static ErrorCode refusal(byte[] bytes) {
    try {
      PgControl.parse(bytes, null);
    } catch (HoldfastException e) {
      return e.code();
    }
    throw new AssertionError("it was not refused");
  }

  @Test
  void everyFlippedBitOfTheFieldsIsNoticed() {
    for (int bit = 0; bit < (CRC_OFFSET_15 + 4) * 8; bit++) {
      byte[] bytes = version15();
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(refusal(bytes)).isIn(ErrorCode.CHECKSUM, ErrorCode.VERSION_NOT_SUPPORTED);
    }
  }

  @Test
  void refusesVersionsThatItDoesNotKnowUnlessForced() {
    byte[] fork = changed(12, 202209099);
    assertThat(refusal(fork)).isEqualTo(ErrorCode.VERSION_NOT_SUPPORTED);
    assertThat(PgControl.parse(fork, PgVersion.parse("15")).catalogVersion()).isEqualTo(202209099);
    assertThatThrownBy(() -> PgControl.parse(version15(), PgVersion.parse("12")))
        .hasMessageContaining("PostgreSQL 12");
  }

  @Test
  void findsTheChecksumOfAForkWithMoreFields() {
    byte[] bytes = version15();
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(CRC_OFFSET_15, 77);
    ControlChecksum.write(bytes, CRC_OFFSET_15 + 16);
    assertThat(refusal(bytes)).isEqualTo(ErrorCode.CHECKSUM);
    assertThat(PgControl.parse(bytes, PgVersion.parse("15")).timeline().number()).isEqualTo(3);
  }

  @Test
  void refusesImpossibleSizes() {
    assertThat(refusal(changed(216, 8191))).isEqualTo(ErrorCode.FORMAT);
    assertThat(refusal(changed(228, 3 << 20))).isEqualTo(ErrorCode.FORMAT);
    assertThat(refusal(changed(252, 2))).isEqualTo(ErrorCode.FORMAT);
    assertThat(refusal(changed(16, 99))).isEqualTo(ErrorCode.FORMAT);
  }

  @Test
  void anInvalidCheckpointIsTheOnlyChange() {
    PgControlFile file = PgControlFile.of(version15(), null);
    PgControlFile invalid = file.withInvalidCheckpoint(null);
    assertThat(file.checkpointIsInvalid()).isFalse();
    assertThat(invalid.checkpointIsInvalid()).isTrue();
    assertThat(invalid.control().checkpoint()).isEqualTo(new Lsn(0xDEAD));
    byte[] restored = invalid.bytes();
    System.arraycopy(file.bytes(), 32, restored, 32, 8);
    System.arraycopy(file.bytes(), CRC_OFFSET_15, restored, CRC_OFFSET_15, 4);
    assertThat(restored).isEqualTo(file.bytes()).hasSize(PgControlFile.FILE_BYTES);
  }

  @Test
  void damagedAndMissingFilesAreNamed(@TempDir Path pgdata) throws IOException {
    assertThatThrownBy(() -> PgControlFile.read(pgdata, null))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(pgdata + "/global/pg_control");
    Files.createDirectory(pgdata.resolve("global"));
    byte[] torn = version15();
    torn[100] ^= 1;
    Files.write(pgdata.resolve(PgControlFile.NAME), torn);
    assertThatThrownBy(() -> PgControlFile.read(pgdata, null))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(pgdata + "/global/pg_control")
        .hasMessageContaining("checksum");
    Files.write(pgdata.resolve(PgControlFile.NAME), new byte[100]);
    assertThatThrownBy(() -> PgControlFile.read(pgdata, null)).hasMessageContaining("100 bytes");
  }

  @Test
  void readsAgainWhileAServerWritesTheFile(@TempDir Path pgdata) throws Exception {
    Files.createDirectory(pgdata.resolve("global"));
    byte[] torn = version15();
    torn[100] ^= 1;
    Path file = pgdata.resolve(PgControlFile.NAME);
    Files.write(file, torn);
    Thread writer =
        Thread.startVirtualThread(() -> {
          // Every rewrite differs, until the last one is whole.
          for (int i = 0; i < 200; i++) {
            torn[300] = (byte) i;
            write(file, torn);
          }
          write(file, version15());
        });
    PgControlFile read;
    try {
      read = PgControlFile.read(pgdata, null);
    } catch (HoldfastException e) {
      // The same torn bytes were seen twice: possible, when the writer was not scheduled between.
      assertThat(e.code()).isEqualTo(ErrorCode.CHECKSUM);
      writer.join();
      read = PgControlFile.read(pgdata, null);
    }
    writer.join();
    assertThat(read.control().timeline().number()).isEqualTo(3);
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Path temporary = file.resolveSibling("new");
      Files.write(temporary, bytes);
      Files.move(temporary, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Property
  void arbitraryBytesAreRefusedInOneWay(@ForAll @Size(max = 600) byte[] bytes) {
    assertThatThrownBy(() -> PgControl.parse(bytes, null)).isInstanceOf(HoldfastException.class);
    assertThatThrownBy(() -> WalHeader.parse(bytes, null)).isInstanceOf(HoldfastException.class);
  }

  @Property
  void damagedFieldsOfAForcedVersionAreRefusedInOneWay(
      @ForAll @Size(PgControl.DATA_BYTES) byte[] bytes) {
    byte[] copy = Arrays.copyOf(bytes, bytes.length);
    ControlChecksum.write(copy, CRC_OFFSET_15);
    try {
      PgControl.parse(copy, PgVersion.parse("15"));
    } catch (HoldfastException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.FORMAT);
    }
  }
}

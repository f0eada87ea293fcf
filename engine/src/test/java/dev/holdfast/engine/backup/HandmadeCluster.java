package dev.holdfast.engine.backup;

import dev.holdfast.codec.page.PageChecksum;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.manifest.ManifestDb;
import dev.holdfast.testkit.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A data directory with as little in it as a backup needs, and the server that there is not. */
final class HandmadeCluster implements ClusterGate {
  static final int PAGE = PageChecksum.DEFAULT_PAGE_SIZE;

  private static final int CONTROL_CRC_OFFSET = 288;
  private static final Runnable NOTHING = () -> {};

  final Path data;
  boolean online = true;
  Runnable atLock = NOTHING;
  Runnable atStart = NOTHING;
  Runnable afterScan = NOTHING;
  Runnable atPing = NOTHING;
  Runnable atStop = NOTHING;
  WalSegment startSegment = WalSegment.parse("000000010000000000000003");
  Optional<WalSegment> segmentToCheck = Optional.empty();
  WalSegment stopSegment = WalSegment.parse("000000010000000000000004");
  Map<String, String> stopFiles = new LinkedHashMap<>(Map.of("backup_label", "the label\n"));

  private final ManualTime time;
  private boolean started;
  private int timesAfterStart;

  HandmadeCluster(Path data, ManualTime time) {
    this.data = data;
    this.time = time;
    try {
      Files.createDirectories(data.resolve("global"));
      Files.createDirectories(data.resolve("base/1"));
      Files.createDirectories(data.resolve("pg_wal"));
      Files.createDirectories(data.resolve("pg_tblspc"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    write("PG_VERSION", "15\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    write("base/1/PG_VERSION", "15\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    write("global/pg_control", control(7_000_000_000_000_000_001L));
  }

  /** A control file of PostgreSQL 15 with page checksums. */
  static byte[] control(long systemId) {
    byte[] bytes = new byte[8192];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    buffer.putLong(0, systemId);
    buffer.putInt(8, 1300);
    buffer.putInt(12, 202209061);
    buffer.putInt(16, 6);
    buffer.putLong(32, 0x300_0060L);
    buffer.putLong(40, 0x300_0028L);
    buffer.putInt(48, 1);
    buffer.putInt(216, 8192);
    buffer.putInt(228, 16 << 20);
    buffer.putInt(252, 1);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CONTROL_CRC_OFFSET);
    buffer.putInt(CONTROL_CRC_OFFSET, (int) crc.getValue());
    return bytes;
  }

  /** Writes a file; its time is an hour ago. */
  Path write(String name, byte[] content) {
    return write(name, content, Duration.ofHours(1));
  }

  /** Writes a file that was modified so long ago. */
  Path write(String name, byte[] content, Duration age) {
    try {
      Path file = Files.write(data.resolve(name), content);
      Files.setLastModifiedTime(file, FileTime.from(time.instant().minus(age)));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void delete(String name) {
    try {
      Files.delete(data.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Pages with right checksums. */
  static byte[] pages(int count, long seed) {
    byte[] bytes = new byte[count * PAGE];
    new Random(seed).nextBytes(bytes);
    for (int page = 0; page < count; page++) {
      bytes[page * PAGE + 14] = 1;
      seal(bytes, page);
    }
    return bytes;
  }

  /** Makes the checksum of one page right. */
  static void seal(byte[] bytes, int page) {
    int checksum = PageChecksum.checksum(bytes, page * PAGE, page);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(page * PAGE + 8, (short) checksum);
  }

  @Override
  public boolean isOnline() {
    return online;
  }

  /** Once the backup has begun: the end of a second, then the beginning of the next. */
  @Override
  public long timeMillis() {
    long now = time.instant().toEpochMilli();
    if (!started || !online) {
      return now;
    }
    timesAfterStart++;
    if (timesAfterStart == 1) {
      afterScan.run();
      return now / 1000 * 1000 + 999;
    }
    if (timesAfterStart == 2) {
      time.advance(Duration.ofSeconds(1));
      return time.instant().toEpochMilli();
    }
    return now;
  }

  @Override
  public void keepOthersOut() {
    atLock.run();
  }

  @Override
  public Start start(String label) {
    started = true;
    timesAfterStart = 0;
    atStart.run();
    return online
        ? new Start(Optional.of(new Lsn(0x300_0028L)), Optional.of(startSegment), segmentToCheck)
        : Start.OFFLINE;
  }

  @Override
  public Stop stop() {
    atStop.run();
    started = false;
    return online
        ? new Stop(Optional.of(new Lsn(0x400_0100L)), Optional.of(stopSegment), stopFiles)
        : Stop.OFFLINE;
  }

  @Override
  public List<ManifestDb> databases() {
    return List.of();
  }

  @Override
  public @Nullable Map<Long, String> tablespaces() {
    return online ? Map.of() : null;
  }

  @Override
  public void ping() {
    atPing.run();
  }

  @Override
  public void close() {}
}

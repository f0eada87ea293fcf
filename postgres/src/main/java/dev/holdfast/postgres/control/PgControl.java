package dev.holdfast.postgres.control;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegmentSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What {@code global/pg_control} says about a cluster.
 *
 * @param version the major version that writes this layout
 * @param systemId the cluster's identity
 * @param controlVersion the version of the layout, for example 1300
 * @param catalogVersion the version of the system catalogs, for example 202209061
 * @param state what the cluster was doing
 * @param checkpoint where the last checkpoint's record lies
 * @param redo where replay starts for that checkpoint
 * @param timeline the timeline of that checkpoint
 * @param walSegmentSize how long a WAL segment is
 * @param pageSize bytes of a data page, 8192 unless PostgreSQL was built otherwise
 * @param pageChecksumVersion 0 without data checksums, 1 with
 */
public record PgControl(
    PgVersion version,
    SystemIdentifier systemId,
    int controlVersion,
    int catalogVersion,
    ClusterState state,
    Lsn checkpoint,
    Lsn redo,
    Timeline timeline,
    WalSegmentSize walSegmentSize,
    int pageSize,
    int pageChecksumVersion) {

  /** The part of the file that carries data: a sector, so that old disks do not tear it. */
  static final int DATA_BYTES = 512;

  static final int CHECKPOINT_OFFSET = 32;

  private static final int SYSTEM_ID_OFFSET = 0;
  private static final int CONTROL_VERSION_OFFSET = 8;
  private static final int CATALOG_VERSION_OFFSET = 12;
  private static final int STATE_OFFSET = 16;
  private static final int REDO_OFFSET = 40;
  private static final int TIMELINE_OFFSET = 48;
  private static final int PAGE_SIZE_OFFSET = 216;
  private static final int WAL_SEGMENT_SIZE_OFFSET = 228;
  private static final int PAGE_CHECKSUM_VERSION_OFFSET = 252;

  private static final int MIN_PAGE_SIZE = 1024;
  private static final int MAX_PAGE_SIZE = 32768;

  /** Checks what backups depend on. */
  public PgControl {
    if (pageSize < MIN_PAGE_SIZE || pageSize > MAX_PAGE_SIZE || Integer.bitCount(pageSize) != 1) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "page size " + pageSize + " is not a power of two between 1024 and 32768");
    }
    if (pageChecksumVersion < 0 || pageChecksumVersion > 1) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "page checksum version "
              + Integer.toUnsignedString(pageChecksumVersion)
              + " is neither 0 nor 1");
    }
  }

  /**
   * Reads the file's content.
   *
   * @param bytes the file, of which the first 512 bytes matter
   * @param forced the version to take it for, whatever it says; null to find out. A forced version
   *     may have more fields behind the ones we know: the checksum is then looked for.
   * @throws HoldfastException version-not-supported (46), checksum (26) when the file is damaged or
   *     was being written, format (29) when a value is impossible
   */
  public static PgControl parse(byte[] bytes, @Nullable PgVersion forced) {
    ByteBuffer buffer = buffer(bytes);
    ControlLayout layout = layout(buffer, forced);
    ControlChecksum.find(bytes, layout.crcOffset(), forced != null);
    return new PgControl(
        layout.version(),
        new SystemIdentifier(buffer.getLong(SYSTEM_ID_OFFSET)),
        buffer.getInt(CONTROL_VERSION_OFFSET),
        buffer.getInt(CATALOG_VERSION_OFFSET),
        ClusterState.ofNumber(buffer.getInt(STATE_OFFSET)),
        new Lsn(buffer.getLong(CHECKPOINT_OFFSET)),
        new Lsn(buffer.getLong(REDO_OFFSET)),
        new Timeline(Integer.toUnsignedLong(buffer.getInt(TIMELINE_OFFSET))),
        new WalSegmentSize(buffer.getInt(WAL_SEGMENT_SIZE_OFFSET)),
        buffer.getInt(PAGE_SIZE_OFFSET),
        buffer.getInt(PAGE_CHECKSUM_VERSION_OFFSET));
  }

  static int checksumOffset(byte[] bytes, @Nullable PgVersion forced) {
    int expected = layout(buffer(bytes), forced).crcOffset();
    return ControlChecksum.find(bytes, expected, forced != null);
  }

  private static ByteBuffer buffer(byte[] bytes) {
    if (bytes.length < DATA_BYTES) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "pg_control has " + bytes.length + " bytes, but needs " + DATA_BYTES + " at least");
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  private static ControlLayout layout(ByteBuffer buffer, @Nullable PgVersion forced) {
    return ControlLayout.ofControl(
        buffer.getInt(CONTROL_VERSION_OFFSET), buffer.getInt(CATALOG_VERSION_OFFSET), forced);
  }

  /** The control version that a version of PostgreSQL writes. */
  public static int controlVersionOf(PgVersion version) {
    return ControlLayout.of(version).controlVersion();
  }

  /** Whether data pages carry checksums. */
  public boolean pageChecksums() {
    return pageChecksumVersion != 0;
  }

  /**
   * The directory inside a tablespace that belongs to this version, for example {@code
   * PG_15_202209061}: several versions may share a tablespace during an upgrade.
   */
  public String tablespaceDirectory() {
    return "PG_" + version + "_" + Integer.toUnsignedString(catalogVersion);
  }
}
